export type SyncErrorReason =
  | 'offline' // no connection: counts no attempt (S29)
  | 'timeout'
  | 'host-not-found'
  | 'tls' // certificate refused, or no TLS there
  | 'insecure' // a password in the clear to another machine
  | 'auth' // S29: stop, keep the queue, ask to sign in again
  | 'not-jmap' // something answers, but it is not a JMAP server
  | 'not-imap' // something answers, but it is not an IMAP server
  | 'not-smtp' // something answers, but it is not an SMTP server
  | 'rate-limited' // 429, or a limit error; see retryAfter
  | 'unavailable' // 5xx, serverUnavailable
  | 'protocol' // an answer that makes no sense: malformed, wrong types, missing parts
  | 'refused' // the server understood and said no: forbidden, overQuota, invalid, …
  | 'not-found'
  | 'too-large'
  | 'disk' // our own disk is full or fails
  | 'cancelled';

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
