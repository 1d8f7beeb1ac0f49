import type { Clocks } from '../../src/sync/clocks';

/** Clocks that a test sets: `pass` is time going by, `sleep` what a monotonic clock may not count, `set` what a person does. */
export interface TestClocks extends Clocks {
  pass(ms: number): void;
  sleep(ms: number): void;
  set(by: number): void;
}

export function testClocks(): TestClocks {
  let wall = Date.UTC(2026, 10, 25);
  let monotonic = 1_000;
  return {
    wall: () => wall,
    monotonic: () => monotonic,
    pass(ms) {
      wall += ms;
      monotonic += ms;
    },
    sleep(ms) {
      wall += ms;
    },
    set(by) {
      wall += by;
    },
  };
}
