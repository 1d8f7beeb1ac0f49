import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRefresher } from '../../../src/views/refresher';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('createRefresher', () => {
  it('runs at once, then once more for all that is asked within the interval', async () => {
    let runs = 0;
    const refresher = createRefresher(100, () => {
      runs++;
      return Promise.resolve();
    });
    refresher.request();
    await vi.advanceTimersByTimeAsync(0);
    expect(runs).toBe(1);
    for (let i = 0; i < 20; i++) refresher.request();
    await vi.advanceTimersByTimeAsync(99);
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(runs).toBe(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs).toBe(2);
  });

  it('never runs twice at the same time', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const refresher = createRefresher(10, async () => {
      runs++;
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 50));
      running--;
    });
    for (let i = 0; i < 10; i++) {
      refresher.request();
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(most).toBe(1);
    expect(runs).toBeGreaterThan(2);
  });

  it('is settled only when what was asked for during a run is done too', async () => {
    const done: number[] = [];
    const refresher = createRefresher(10, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      done.push(done.length);
    });
    refresher.request();
    await vi.advanceTimersByTimeAsync(1);
    refresher.request();
    const settled = refresher.settled().then(() => done.length);
    await vi.advanceTimersByTimeAsync(100);
    expect(await settled).toBe(2);
  });

  it('stops when it is disposed, and aborts the run', async () => {
    const signals: AbortSignal[] = [];
    const refresher = createRefresher(100, (signal) => Promise.resolve(void signals.push(signal)));
    refresher.request();
    await vi.advanceTimersByTimeAsync(0);
    refresher.request();
    refresher.dispose();
    await vi.advanceTimersByTimeAsync(1000);
    expect(signals).toHaveLength(1);
    expect(signals[0]?.aborted).toBe(true);
  });
});
