import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname } from 'node:path';
import * as v from 'valibot';

/**
 * The lock of a file is a row of terms, `<file>.lock.1`, `.2`, …: the owner is who created the highest one, which the
 * file system allows to one process only. The highest is never removed, so whoever creates the next one knows that the
 * term that it judged is over, and cannot clear away a newer owner by mistake.
 */
export const termFile = (file: string, term: number): string => `${file}.lock.${term}`;

/** What the owner says in the file of its term. */
const ownerSchema = v.object({
  /** Random, the same in all terms of an owner. */
  token: v.string(),
  pid: v.number(),
  machine: v.string(),
  /** What it wants others to know: where its engine listens. */
  note: v.unknown(),
});
export type Owner = v.InferOutput<typeof ownerSchema>;

/** The highest term, as it was seen on the disk. */
export interface Sighting {
  readonly term: number;
  /** Another one after each heartbeat; 0: given back. */
  readonly beat: number;
  /** Null: not written yet, or not readable. */
  readonly owner: Owner | null;
}

/**
 * A heartbeat is the file's time, which needs no room on a full disk; it counts up from a date long past, so that no
 * clock has a say in it. Steps of two seconds, since some file systems know no smaller ones.
 */
const firstBeat = 1_000_000_000;
export const timeOfBeat = (beat: number): number => firstBeat + 2 * beat;
const beatOfTime = (seconds: number): number => Math.round((seconds - firstBeat) / 2);

/** Ascending. */
export function termsOf(file: string): number[] {
  return termsAmong(readdirSync(dirname(file)), file);
}

function termsAmong(names: readonly string[], file: string): number[] {
  const prefix = `${basename(file)}.lock.`;
  return names
    .filter((name) => name.startsWith(prefix) && /^[1-9]\d*$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b);
}

/** The term of this process, and its file. */
export interface Term {
  readonly number: number;
  readonly descriptor: number;
}

/**
 * Becomes the owner of this term; null where another process was faster. The look after it is for one who slept since
 * it saw the term before: then newer ones have come, and this one may have been cleared away by them already.
 */
export function claimTerm(file: string, number: number): Term | null {
  let descriptor: number;
  try {
    descriptor = openSync(termFile(file, number), 'wx', 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null;
    throw error;
  }
  if (termsOf(file).at(-1) === number) return { number, descriptor };
  closeSync(descriptor);
  rmSync(termFile(file, number), { force: true });
  return null;
}

/** Null: nobody ever had the lock. */
export async function sightLock(file: string): Promise<Sighting | null> {
  for (;;) {
    const names = await readdir(dirname(file)).catch(unless('ENOENT', []));
    const term = termsAmong(names, file).at(-1);
    if (term === undefined) return null;
    const path = termFile(file, term);
    const stats = await stat(path).catch(unless('ENOENT', null));
    if (stats === null) continue; // a newer owner has just removed it
    const owner = parseOwner(await readFile(path, 'utf8').catch(unless('ENOENT', '')));
    return { term, beat: beatOfTime(stats.mtimeMs / 1000), owner };
  }
}

function parseOwner(text: string): Owner | null {
  try {
    return v.parse(ownerSchema, JSON.parse(text));
  } catch {
    return null;
  }
}

function unless<T>(code: string, otherwise: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === code) return otherwise;
    throw error;
  };
}

/**
 * True where nobody can be at work under this term: it was given back, or its owner's process is gone. `ended`: owners
 * that were threads of this process. Another machine's processes cannot be seen: there only silence tells.
 */
export function isLeft({ beat, owner }: Sighting, ended: Iterable<string>): boolean {
  if (beat === 0) return true;
  if (owner?.machine !== thisMachine) return false;
  return owner.pid === process.pid ? [...ended].includes(owner.token) : !isRunning(owner.pid);
}

/** A killed process counts as running until the last of its threads has finished its last write. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** Where a process id means the same process: this boot of this machine, and on Linux this container. */
export const thisMachine = ((): string => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname(); // not Linux
  }
})();
