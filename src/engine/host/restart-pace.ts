import type { EngineEnd } from './served';

/** ms: the first wait, the longest one, and how long an engine serves that was not broken from its start. */
const [first, longest, proven] = [300, 30_000, 60_000];

/** So many in a row, and the person is told. */
const few = 4;

/**
 * How soon this window starts an engine again after its own has failed: at once after one that served for a while, later and later
 * after those that did not (a damaged file on a full disk), which would else be started in a hot loop.
 */
export class RestartPace {
  private failures = 0;
  private startAt = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  get mayStart(): boolean {
    return this.now() >= this.startAt;
  }

  get isHopeless(): boolean {
    return this.failures >= few;
  }

  /** An engine ended that served for so many ms. Returns ms to wait before the next is started. */
  ended(end: EngineEnd, served: number): number {
    if (served >= proven) this.failures = 0;
    else if (end === 'failed') this.failures += 1;
    const wait = end === 'over' || this.failures === 0 ? 0 : Math.min(longest, first * 2 ** (this.failures - 1));
    this.startAt = this.now() + wait;
    return wait;
  }
}
