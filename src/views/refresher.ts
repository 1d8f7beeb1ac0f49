import type { Disposable } from './disposable';

/**
 * Runs `work` when asked to, never twice at once: what is asked for while it runs, or less than `interval` ms after it began,
 * becomes one more run. The first run of a quiet time begins at once, so an action shows without waiting.
 * `work` handles its own errors; its signal is aborted by `dispose()`.
 */
export interface Refresher extends Disposable {
  request(): void;
  /** Resolves when all that has been asked for is done. */
  settled(): Promise<void>;
}

export function createRefresher(interval: number, work: (signal: AbortSignal) => Promise<void>): Refresher {
  const controller = new AbortController();
  let wanted = false;
  let loop: Promise<void> | null = null;
  let nextRun = 0;

  const stopped = (): boolean => controller.signal.aborted;

  const run = async (): Promise<void> => {
    while (wanted && !stopped()) {
      await sleep(nextRun - performance.now(), controller.signal);
      if (stopped()) return;
      wanted = false;
      nextRun = performance.now() + interval;
      await work(controller.signal);
    }
  };

  return {
    request() {
      wanted = true;
      loop ??= run().finally(() => (loop = null));
    },
    async settled() {
      while (loop !== null) await loop;
    },
    dispose() {
      controller.abort();
    },
  };
}

function sleep(duration: number, signal: AbortSignal): Promise<void> {
  if (duration <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, duration);
    signal.addEventListener('abort', done);
  });
}
