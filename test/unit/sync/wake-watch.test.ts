import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchWakeUps } from '../../../src/sync/wake-watch';
import { testClocks, type TestClocks } from '../../support/set-clocks';

const minute = 60_000;
const hour = 60 * minute;
const look = 5_000;

let clocks: TestClocks;
let wakeUps: number;
let watch: { dispose(): void };

beforeEach(() => {
  vi.useFakeTimers();
  clocks = testClocks();
  wakeUps = 0;
  watch = watchWakeUps(() => (wakeUps += 1), clocks);
});
afterEach(() => {
  watch.dispose();
  vi.useRealTimers();
});

/** The machine is awake for so long. */
function awake(ms: number): void {
  for (let passed = 0; passed < ms; passed += look) {
    clocks.pass(look);
    vi.advanceTimersByTime(look);
  }
}

describe('S26: waking up', () => {
  it('is not seen while nothing happens', () => {
    awake(hour);
    expect(wakeUps).toBe(0);
  });

  it.each([
    ['by a monotonic clock that stood still', () => clocks.sleep(hour)],
    ['by one that went on', () => clocks.pass(hour)],
  ])('is told once, %s', (_, sleep) => {
    awake(minute);
    sleep();
    awake(20 * minute);
    expect(wakeUps).toBe(1);
  });

  it.each([
    ['back by an hour', -hour],
    ['forward by a day', 24 * hour],
  ])('S37: a clock set %s costs one look and no more', (_, by) => {
    awake(minute);
    clocks.set(by);
    awake(30 * minute);
    expect(wakeUps).toBe(1);
  });

  it('is told once more after each sleep', () => {
    for (let night = 0; night < 3; night++) {
      clocks.sleep(8 * hour);
      awake(minute);
    }
    expect(wakeUps).toBe(3);
  });
});
