import { setTimeout as sleep } from 'node:timers/promises';
import { lockTiming } from './lock';
import { isLeft, sightLock, type Sighting } from './lock-file';

export interface LockWatchOptions {
  /** Owners that were threads of this process and have ended. */
  readonly ended: ReadonlySet<string>;
  /** ms without a heartbeat after which an owner counts as silent. */
  readonly silent?: number;
  /** ms between looks at an owner; time in which nobody looked is no silence, but for twice as much. */
  readonly interval?: number;
}

/** What is to be known of the lock before one tries to have it. */
export interface LockState {
  readonly sighting: Sighting | null;
  /** `free`: nobody has it; `silent`: its owner shows no life; both can be taken. */
  readonly state: 'held' | 'silent' | 'free';
}

/**
 * Looks at a lock that another process has, and finds out when nobody has it any more. An owner that is frozen is known
 * by its silence alone, measured by the clock of who looks: neither a clock that is set nor a sleep that both slept
 * makes a living owner look dead.
 */
export class LockWatch {
  readonly #silent: number;
  readonly #interval: number;
  #last: Sighting | null = null;
  #lookedAt = 0;
  #silence = 0;

  constructor(
    private readonly file: string,
    private readonly options: LockWatchOptions,
  ) {
    this.#silent = options.silent ?? lockTiming.silent;
    this.#interval = options.interval ?? 400;
  }

  async look(): Promise<LockState> {
    const began = performance.now();
    const sighting = await sightLock(this.file);
    const isSame = sighting?.term === this.#last?.term && sighting?.beat === this.#last?.beat;
    this.#silence = isSame ? this.#silence + Math.min(began - this.#lookedAt, 2 * this.#interval) : 0;
    this.#last = sighting;
    this.#lookedAt = performance.now();
    if (sighting === null || isLeft(sighting, this.options.ended)) return { sighting, state: 'free' };
    return { sighting, state: this.#silence >= this.#silent ? 'silent' : 'held' };
  }

  /** Resolves when this owner has the lock no more, or shows no life, or the signal says that nobody wants to know. */
  async whenOver({ owner }: Sighting, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = await this.look().catch(() => null); // a disk that fails for a moment says nothing about the owner
      if (now !== null && (now.state !== 'held' || now.sighting?.owner?.token !== owner?.token)) return;
      await sleep(this.#interval, undefined, { signal }).catch(() => undefined);
    }
  }
}
