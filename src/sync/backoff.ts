import type { SyncError, SyncErrorReason } from './sync-error';

/** S29: exponential with full jitter, truncated: the n-th wait is anywhere between `floor` and min(longest, first·2ⁿ). */
export interface BackoffOptions {
  /** ms. */
  readonly first: number;
  readonly longest: number;
  /** The longest while the network fails: a try costs next to nothing then, and nobody tells of its return. */
  readonly longestOffline?: number;
  readonly random?: () => number;
}

export const defaultBackoff: BackoffOptions = { first: 5_000, longest: 300_000 };

/** No longer than a server without push is left unasked (`poll`). */
const defaultLongestOffline = 60_000;

/** The server said nothing. A cut uplink shows as any of them: no name, no answer, a portal's certificate. */
const ofNetwork: ReadonlySet<SyncErrorReason> = new Set(['offline', 'host-not-found', 'timeout', 'tls']);

/** What the network failed with and what the server answered are counted apart: waking up mends only the one (S26). */
export class Backoff {
  private readonly failures = { network: 0, server: 0 };

  constructor(private readonly options: BackoffOptions = defaultBackoff) {}

  /** ms to wait after one more failure, or after what the server put off (null). Never less than its Retry-After. */
  next(failure: Pick<SyncError, 'reason' | 'retryAfter'> | null): number {
    const { first, longest, longestOffline = defaultLongestOffline, random = Math.random } = this.options;
    const kind = failure !== null && ofNetwork.has(failure.reason) ? 'network' : 'server';
    const most = kind === 'network' ? Math.min(longest, longestOffline) : longest;
    const ceiling = Math.min(most, first * 2 ** Math.min(this.failures[kind], 30));
    this.failures[kind] += 1;
    // Never less than half of the first wait: full jitter alone may say "at once" many times in a row.
    const wait = Math.max(first / 2, random() * ceiling);
    return Math.max(wait, failure?.retryAfter ?? 0);
  }

  reset(): void {
    this.failures.network = 0;
    this.failures.server = 0;
  }

  /** S26: another network, perhaps. What the server answered holds in this one too. */
  wokeUp(): void {
    this.failures.network = 0;
  }
}
