/** Why something went wrong between us and a server. */
export const syncErrorReasons = [
  'offline', // no connection: counts no attempt (S29)
  'timeout',
  'host-not-found',
  'tls', // certificate refused, or no TLS there
  'insecure', // a password in the clear to another machine
  'auth', // S29: stop, keep the queue, ask to sign in again
  'not-jmap', // something answers, but it is not a JMAP server
  'not-imap', // something answers, but it is not an IMAP server
  'not-smtp', // something answers, but it is not an SMTP server
  'rate-limited', // 429, or a limit error; see retryAfter
  'unavailable', // 5xx, serverUnavailable
  'protocol', // an answer that makes no sense: malformed, wrong types, missing parts
  'refused', // the server understood and said no: forbidden, overQuota, invalid, …
  'not-found',
  'too-large',
  'disk', // our own disk is full or fails
  'cancelled',
] as const;
export type SyncErrorReason = (typeof syncErrorReasons)[number];
