import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, futimesSync, mkdirSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  claimTerm,
  isLeft,
  sightLock,
  termFile,
  termsOf,
  thisMachine,
  timeOfBeat,
  type Owner,
  type Sighting,
  type Term,
} from './lock-file';
import { LockError } from './lock-error';

export interface Lock {
  /**
   * True as long as no other process can have taken over. Asked before each operation on the disk, it is right even in
   * the first moment after the process was frozen, when no timer has run yet; and it is a heartbeat where one is due, so
   * that a long statement does not lose the lock.
   */
  readonly held: boolean;
  /** Lets other processes read this beside the lock. */
  publish(note: unknown): void;
  /** Lets another process have it at once. Releasing a lock that is lost or released does nothing. */
  release(): void;
}

export interface LockOptions {
  /** Called once if the lock is lost: another process took it, or its file cannot be kept alive. */
  readonly onLost: (error: Error) => void;
  /** Who this owner is; random. The next term of an owner may be another thread's: one takes the lock for the other. */
  readonly token?: string;
  /** Owners that were threads of this process and have ended. */
  readonly ended?: Iterable<string>;
  /** A term whose owner this process found silent (`LockWatch`): it may be taken over if it is silent still. */
  readonly silent?: Pick<Sighting, 'term' | 'beat'> | undefined;
  readonly timing?: Partial<LockTiming>;
}

/** ms. */
export interface LockTiming {
  /** Between heartbeats. */
  readonly beat: number;
  /** How long after a heartbeat the owner trusts that the lock is its own; then it has to win its next term first. */
  readonly trusted: number;
  /** How long others see no heartbeat before they take over: longer than `trusted`, and by their own clock. */
  readonly silent: number;
}

export const lockTiming: LockTiming = { beat: 1_000, trusted: 2_000, silent: 3_000 };

/**
 * Makes this process the owner of `file`, which need not exist, where nobody is. It works on every file system and ends
 * with the process, however that dies; docs/architecture.md says why there are never two owners.
 *
 * @throws LockError `locked` if another owner lives, `io` if the lock cannot be created
 */
export async function acquireLock(file: string, options: LockOptions): Promise<Lock> {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const seen = await sightLock(file);
    if (seen !== null && !mayFollow(seen, options)) throw inUse(file);
    const began = clocks();
    const term = claimTerm(file, (seen?.term ?? 0) + 1);
    if (term === null) throw inUse(file);
    return new OwnedLock(file, term, began, options);
  } catch (error) {
    if (error instanceof LockError) throw error;
    throw new LockError('io', 'The lock of the mail database cannot be created.', error);
  }
}

const inUse = (file: string): LockError => new LockError('locked', `The database ${file} is in use by another window.`);

function mayFollow(seen: Sighting, { token, ended = [], silent }: LockOptions): boolean {
  if (token !== undefined && seen.owner?.token === token) return true;
  return isLeft(seen, ended) || (seen.term === silent?.term && seen.beat === silent.beat);
}

/** Two clocks: one stands still while the machine sleeps, the other can be set. */
interface Clocks {
  readonly monotonic: number;
  readonly wall: number;
}
const clocks = (): Clocks => ({ monotonic: performance.now(), wall: Date.now() });

class OwnedLock implements Lock {
  readonly #file: string;
  readonly #options: LockOptions;
  readonly #timing: LockTiming;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #owner: Omit<Owner, 'note'>;
  #term: Term;
  #beats = 0;
  /** Just before the newest heartbeat. */
  #lastBeat: Clocks;
  #note: unknown = null;
  #isWritten = false;
  #isOver = false;

  constructor(file: string, term: Term, began: Clocks, options: LockOptions) {
    this.#file = file;
    this.#term = term;
    this.#lastBeat = began;
    this.#options = options;
    this.#timing = { ...lockTiming, ...options.timing };
    this.#owner = { token: options.token ?? randomBytes(16).toString('hex'), pid: process.pid, machine: thisMachine };
    this.#begin();
    this.#timer = setInterval(() => this.held, this.#timing.beat);
    this.#timer.unref();
  }

  get held(): boolean {
    if (!this.#isOver && this.#age() >= this.#timing.beat) this.#beat();
    // Again, where it was frozen in the middle of that.
    while (!this.#isOver && this.#age() >= this.#timing.trusted) this.#beat();
    return !this.#isOver;
  }

  publish(note: unknown): void {
    this.#note = note;
    this.#isWritten = false;
    if (this.held) this.#write();
  }

  release(): void {
    if (!this.held) return;
    this.#end();
    futimesSync(this.#term.descriptor, timeOfBeat(0), timeOfBeat(0));
    closeSync(this.#term.descriptor);
  }

  /** ms since the newest heartbeat, by the clock that shows more. */
  #age(): number {
    const { monotonic, wall } = clocks();
    return Math.max(monotonic - this.#lastBeat.monotonic, wall - this.#lastBeat.wall);
  }

  #beat(): void {
    const began = clocks();
    try {
      const isNext = this.#age() < this.#timing.trusted ? this.#mark() : this.#renew();
      if (!isNext || termsOf(this.#file).at(-1) !== this.#term.number) this.#lose(null);
      else this.#lastBeat = began;
    } catch (error) {
      // What cannot be done now is tried again, as long as the lock can be trusted.
      if (this.#age() >= this.#timing.trusted) this.#lose(error);
    }
  }

  #mark(): true {
    if (!this.#isWritten) this.#write();
    const time = timeOfBeat(++this.#beats);
    futimesSync(this.#term.descriptor, time, time);
    return true;
  }

  /** Somebody may have judged the term as silent: whoever creates the next one is the owner. */
  #renew(): boolean {
    const next = claimTerm(this.#file, this.#term.number + 1);
    if (next === null) return false;
    closeSync(this.#term.descriptor);
    this.#term = next;
    this.#begin();
    return true;
  }

  #begin(): void {
    this.#beats = 0;
    this.#isWritten = false;
    this.#mark();
    for (const term of termsOf(this.#file)) {
      if (term < this.#term.number) rmSync(termFile(this.#file, term), { force: true });
    }
  }

  /** On a full disk the lock has no words, but holds. */
  #write(): void {
    const text = Buffer.from(JSON.stringify({ ...this.#owner, note: this.#note }));
    try {
      writeSync(this.#term.descriptor, text, 0, text.length, 0);
      ftruncateSync(this.#term.descriptor, text.length);
      this.#isWritten = true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  #lose(cause: unknown): void {
    this.#end();
    closeSync(this.#term.descriptor);
    const message = `The lock on ${this.#file} was lost: another window may own it.`;
    this.#options.onLost(new LockError('locked', message, cause));
  }
}
