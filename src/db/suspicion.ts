import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Database } from './database';
import { DatabaseError } from './database-error';

/**
 * A file beside the database: damage was met in it while it was in use, so the next one to open it must not go by the first look.
 * Its content is how often.
 */
const markOf = (file: string): string => `${file}-suspect`;

function timesMet(file: string): number {
  try {
    return Math.max(1, Number(readFileSync(markOf(file), 'utf8')) || 1);
  } catch {
    return 0;
  }
}

export const isSuspect = (file: string): boolean => timesMet(file) > 0;

export function suspect(file: string): void {
  try {
    writeFileSync(markOf(file), String(timesMet(file) + 1), { mode: 0o600 });
  } catch {
    // A full disk: then the damage is met again.
  }
}

export function clearSuspicion(file: string): void {
  rmSync(markOf(file), { force: true });
}

/**
 * Whether a suspect database, just opened, is damaged indeed. Reads all of it, once after damage was met. Met again after
 * it was found intact, it is taken for damaged all the same: what is read from this disk cannot be relied on.
 */
export function isProvenDamaged(file: string, database: Database): boolean {
  const met = timesMet(file);
  if (met === 0) return false;
  return met > 1 || !isIntact(database);
}

/** Every page, every row, and every index against its table. */
export function isIntact(database: Database): boolean {
  try {
    return database.get('PRAGMA integrity_check(1)', [], ([said]) => said === 'ok') ?? false;
  } catch (error) {
    if (error instanceof DatabaseError && error.reason === 'damaged') return false;
    throw error;
  }
}
