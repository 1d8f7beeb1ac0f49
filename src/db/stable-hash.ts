import { createHash } from 'node:crypto';

/** 52 bits of SHA-1, which an SQLite integer and a number hold exactly. NUL separates: no part contains one. */
export function stableHash(...parts: readonly (string | number)[]): number {
  const digest = createHash('sha1').update(parts.join('\0')).digest();
  return digest.readUIntBE(0, 6) * 16 + ((digest[6] ?? 0) >> 4);
}
