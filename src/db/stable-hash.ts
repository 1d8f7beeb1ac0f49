import { hash } from 'node:crypto';

/** 52 bits of SHA-1, which an SQLite integer and a number hold exactly. NUL separates: no part contains one. */
export function stableHash(...parts: readonly (string | number)[]): number {
  return parseInt(hash('sha1', parts.join('\0')).slice(0, 13), 16);
}
