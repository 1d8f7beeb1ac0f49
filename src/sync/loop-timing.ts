import type { BackoffOptions } from './backoff';
import { systemClocks, type Clocks } from './clocks';

/** All in ms. */
export interface LoopTiming {
  /** Between cycles where the server cannot push. */
  readonly poll: number;
  /** Between cycles where it can: only in case that a push was lost (S12). */
  readonly pollWithPush: number;
  /** Between two checks that nobody asked for (S39). */
  readonly check: number;
  readonly backoff: BackoffOptions;
  readonly clocks: Clocks;
}

export const defaultTiming: LoopTiming = {
  poll: 60_000,
  pollWithPush: 15 * 60_000,
  check: 7 * 24 * 3_600_000,
  backoff: { first: 5_000, longest: 300_000 },
  clocks: systemClocks,
};
