import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import type { DiskGuard } from './vfs/mount';
import { syncDirectoryOf } from './vfs/open-files';
import { removeDraft, syncLargeFile, writeWhole } from './whole-file';

/** A database and what SQLite keeps beside it. */
export const databaseSuffixes = ['', '-wal', '-journal'] as const;

/** Where the database that takes the place of `file` is made ready. */
export const nextOf = (file: string): string => `${file}-next`;
const planOf = (file: string): string => `${file}-swap`;

const planSchema = v.object({ aside: v.string() });

/**
 * Puts the closed database `nextOf(file)` in the place of the closed `file`, which goes, log and all, to a new name in
 * the same folder. The plan is on the disk before anything moves: whoever opens the folder next carries it to its
 * end (`finishSwap`), so that after a kill at any point there is the old database or the new one, never none. The caller
 * holds the lock, and `guard` says so before each step: the disk may have taken longer over the one before than the lock
 * waits, and then both names are another engine's.
 */
export async function swapIn(file: string, aside: string, guard?: DiskGuard): Promise<void> {
  await syncLargeFile(nextOf(file));
  const plan = { aside: basename(aside) } satisfies v.InferOutput<typeof planSchema>;
  writeWhole(planOf(file), JSON.stringify(plan), guard);
  finishSwap(file, guard);
}

/** Before anything is opened. A database that was not made ready to its end has no plan, and goes. */
export function finishSwap(file: string, guard?: DiskGuard): void {
  const aside = readPlan(file);
  const move = (from: string, to: string): void => {
    guard?.('rename', to);
    renameSync(from, to);
  };
  // The new database moves last: as long as it is here, what stands in its place is the old one.
  if (aside !== null && existsSync(nextOf(file))) {
    for (const suffix of databaseSuffixes) {
      if (existsSync(file + suffix) && !existsSync(aside + suffix)) move(file + suffix, aside + suffix);
    }
    syncDirectoryOf(file);
    move(nextOf(file), file);
    syncDirectoryOf(file);
  }
  guard?.('delete', nextOf(file));
  removeNext(file);
  rmSync(planOf(file), { force: true });
  removeDraft(planOf(file));
}

export function removeNext(file: string): void {
  for (const suffix of databaseSuffixes) rmSync(nextOf(file) + suffix, { force: true });
}

function readPlan(file: string): string | null {
  try {
    return join(dirname(file), v.parse(planSchema, JSON.parse(readFileSync(planOf(file), 'utf8'))).aside);
  } catch {
    return null;
  }
}

/** `mail.db`, 'damaged' → `mail.damaged-2026-11-25T101500.db`: beside it, and not there yet. */
export function asideName(file: string, why: 'damaged' | 'replaced', now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(':', '');
  const name = join(dirname(file), `${basename(file, '.db')}.${why}-${time}`);
  for (let count = 1; ; count++) {
    const aside = `${name}${count === 1 ? '' : `-${count}`}.db`;
    if (databaseSuffixes.every((suffix) => !existsSync(aside + suffix))) return aside;
  }
}
