import { SyncError } from './sync-error';

/** What an account's loop makes of whatever was thrown in it. */
export function asSyncError(thrown: unknown): SyncError {
  if (thrown instanceof SyncError) return isNoMailServer(thrown) ? asPortal(thrown) : thrown;
  // Not foreseen: shown as trouble with its text, tried again later, and the stack is in the log.
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const details = error.stack ?? error.message;
  const isDisk = 'reason' in error && ['full', 'io', 'unreadable'].includes(String(error.reason));
  return new SyncError(isDisk ? 'disk' : 'protocol', error.message, { details, cause: thrown });
}

const isNoMailServer = ({ reason }: SyncError): boolean => reason === 'not-jmap' || reason === 'not-imap';

/** An account had a mail server when it was added. What answers in its place is a network's sign-in page, most often. */
function asPortal(error: SyncError): SyncError {
  const message = `${error.message} Does this network want you to sign in first?`;
  const details = `${error.reason}: ${error.details}`;
  return new SyncError('offline', message, { details, retryAfter: error.retryAfter, cause: error });
}
