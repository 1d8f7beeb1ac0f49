import { setImmediate } from 'node:timers/promises';

/**
 * Keeps up to `count` loads under way, and runs what each of them returns (the writing) one after the other in the order
 * in which they were started. Stops starting when `next` has no more, or `shouldStop`; what is under way is finished.
 * The first error ends it, after the others have settled.
 */
export async function inFlight(
  count: number,
  shouldStop: () => boolean,
  next: () => Promise<() => Promise<void>> | undefined,
  onDone: () => void,
): Promise<void> {
  const running: Promise<() => Promise<void>>[] = [];
  const start = (): void => {
    while (running.length < count && !shouldStop()) {
      const load = next();
      if (load === undefined) return;
      load.catch(() => undefined); // awaited below, in order
      running.push(load);
    }
  };
  try {
    start();
    for (let load = running.shift(); load !== undefined; load = running.shift()) {
      const write = await load;
      start();
      // A turn of the event loop, so that the next is really on its way while this one is written, which blocks.
      await setImmediate();
      await write();
      onDone();
      start();
    }
  } catch (error) {
    await Promise.allSettled(running);
    throw error;
  }
}
