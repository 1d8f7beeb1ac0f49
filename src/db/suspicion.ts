import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import type { Database } from './database';
import { DatabaseError } from './database-error';

/** `damaged`: a page makes no sense; `unreadable`: the disk did not give it. */
export type HowDamaged = Extract<DatabaseError['reason'], 'damaged' | 'unreadable'>;

/**
 * A file beside the database: damage was met in it while it was in use, so the next one to open it must not go by the
 * first look.
 */
const markOf = (file: string): string => `${file}-suspect`;

const markSchema = v.object({
  /** How often a page made no sense. */
  damaged: v.number(),
  /** Damage was met since it was last read whole. */
  isUnchecked: v.boolean(),
});
type Mark = v.InferOutput<typeof markSchema>;

function readMark(file: string): Mark | null {
  let text: string;
  try {
    text = readFileSync(markOf(file), 'utf8');
  } catch {
    return null;
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), markSchema), text);
  return parsed.success ? parsed.output : { damaged: 1, isUnchecked: true }; // cut off by a kill or a full disk
}

function writeMark(file: string, mark: Mark): void {
  try {
    writeFileSync(markOf(file), JSON.stringify(mark), { mode: 0o600 });
  } catch {
    // A full disk: then the damage is met again.
  }
}

export const isSuspect = (file: string): boolean => readMark(file)?.isUnchecked === true;

export function suspect(file: string, how: HowDamaged): void {
  const damaged = readMark(file)?.damaged ?? 0;
  writeMark(file, { damaged: how === 'damaged' ? damaged + 1 : damaged, isUnchecked: true });
}

export function clearSuspicion(file: string): void {
  rmSync(markOf(file), { force: true });
}

/**
 * Whether a suspect database, just opened, is damaged indeed. Reads all of it, once after damage was met. Where a page
 * makes no sense again after it was found intact, it is taken for damaged all the same: what is read from this disk cannot
 * be relied on. A disk that did not answer for a moment is another matter.
 */
export function isProvenDamaged(file: string, database: Database): boolean {
  const mark = readMark(file);
  if (mark?.isUnchecked !== true) return false;
  if (mark.damaged > 1 || !isIntact(database)) return true;
  writeMark(file, { ...mark, isUnchecked: false });
  return false;
}

/** Every page, every row, and every index against its table. */
export function isIntact(database: Database): boolean {
  try {
    return database.get('PRAGMA integrity_check(1)', [], ([said]) => said === 'ok') ?? false;
  } catch (error) {
    if (howDamaged(error) !== null) return false;
    throw error;
  }
}

/** Null: it is another error. */
export function howDamaged(error: unknown): HowDamaged | null {
  if (!(error instanceof DatabaseError)) return null;
  return error.reason === 'damaged' || error.reason === 'unreadable' ? error.reason : null;
}
