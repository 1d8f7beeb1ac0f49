/** A flag that a loop waits for: raising it ends the wait, or makes the next one end at once. Nothing is missed. */
export class WakeUp {
  private raised = false;
  private waiter: (() => void) | null = null;

  raise(): void {
    this.raised = true;
    this.waiter?.();
  }

  get isRaised(): boolean {
    return this.raised;
  }

  /** Takes the flag down; what is raised from here on ends the next wait. */
  clear(): void {
    this.raised = false;
  }

  /** Resolves `woken` when raised, `timeout` after `ms` (null: never); rejects when aborted. Timers are monotonic (S37). */
  async wait(ms: number | null, signal: AbortSignal): Promise<'woken' | 'timeout'> {
    signal.throwIfAborted();
    if (this.raised) return 'woken';
    return await new Promise((resolve, reject) => {
      const timer = ms === null ? undefined : setTimeout(() => settle(() => resolve('timeout')), ms);
      const onAbort = (): void => settle(() => reject(signal.reason as Error));
      const settle = (then: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        // Only its own: an older wait that nobody awaits any more must not cut off the one that came after it.
        if (this.waiter === woken) this.waiter = null;
        then();
      };
      const woken = (): void => settle(() => resolve('woken'));
      this.waiter = woken;
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}

/** A promise that is settled from outside; a rejection that nobody waits for is no error. */
export class Deferred {
  readonly promise: Promise<void>;
  resolve!: () => void;
  reject!: (reason: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => undefined);
  }
}
