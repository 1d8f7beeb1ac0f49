import type { SyncErrorReason } from '../model/sync-error-reasons';

export type { SyncErrorReason };

/** Reasons for which it is worth to try again by itself (S29). */
const transient: ReadonlySet<SyncErrorReason> = new Set([
  'offline',
  'timeout',
  'host-not-found',
  'tls',
  'rate-limited',
  'unavailable',
  'protocol',
  'disk',
]);

/** Nothing was asked of the server: no connection, none that may be used, or our own end (S29: counts no attempt). */
const withoutAttempt: ReadonlySet<SyncErrorReason> = new Set([
  'offline',
  'host-not-found',
  'not-jmap',
  'not-imap',
  'tls',
  'insecure',
  'auth',
  'cancelled',
]);

/** What goes wrong between us and a server. `message` is for a person; `details` for the log: what, where, why. */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly details: string;
  /** ms to wait, where the server said (Retry-After). */
  readonly retryAfter: number | null;

  constructor(
    readonly reason: SyncErrorReason,
    message: string,
    options: { readonly details?: string; readonly retryAfter?: number | null; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.details = options.details ?? '';
    this.retryAfter = options.retryAfter ?? null;
  }

  get isWithoutAttempt(): boolean {
    return withoutAttempt.has(this.reason);
  }

  get isTransient(): boolean {
    return transient.has(this.reason);
  }
}
