import { cancelled, orAborted } from '../sync/linked-signal';

/** Does `work`, or joins the one that is under way under the same key. Rejects as soon as `signal` aborts. */
export type ShareWork<T> = (key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T>;

interface Running<T> {
  readonly promise: Promise<T>;
  readonly abort: AbortController;
  askers: number;
}

/** Work that all who ask for it at the same time share: none of them ends it for the others, and with the last it ends. */
export function createSharedWork<T>(): ShareWork<T> {
  const running = new Map<string, Running<T>>();
  return async (key, work, signal) => {
    const forget = (one: Running<T>): void => {
      if (running.get(key) === one) running.delete(key);
    };
    const start = (): Running<T> => {
      const abort = new AbortController();
      const one: Running<T> = { promise: work(abort.signal).finally(() => forget(one)), abort, askers: 0 };
      running.set(key, one);
      return one;
    };
    if (signal.aborted) throw cancelled(signal.reason);
    const one = running.get(key) ?? start();
    one.askers += 1;
    try {
      return await orAborted(one.promise, signal);
    } finally {
      one.askers -= 1;
      if (one.askers === 0) {
        forget(one); // who asks while it is ending starts anew
        one.abort.abort(cancelled());
      }
    }
  };
}
