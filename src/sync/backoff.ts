/** S29: exponential with full jitter, truncated: the n-th wait is anywhere between `floor` and min(longest, first·2ⁿ). */
export interface BackoffOptions {
  /** ms. */
  readonly first: number;
  readonly longest: number;
  readonly random?: () => number;
}

export const defaultBackoff: BackoffOptions = { first: 5_000, longest: 300_000 };

export class Backoff {
  private failures = 0;

  constructor(private readonly options: BackoffOptions = defaultBackoff) {}

  get attempts(): number {
    return this.failures;
  }

  /** ms to wait after one more failure. `atLeast`: what the server asked for (Retry-After). */
  next(atLeast: number | null): number {
    const { first, longest, random = Math.random } = this.options;
    const ceiling = Math.min(longest, first * 2 ** Math.min(this.failures, 30));
    this.failures += 1;
    // Never less than half of the first wait: full jitter alone may say "at once" many times in a row.
    const wait = Math.max(first / 2, random() * ceiling);
    return Math.max(wait, atLeast ?? 0);
  }

  reset(): void {
    this.failures = 0;
  }
}
