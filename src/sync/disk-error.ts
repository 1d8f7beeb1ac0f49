import { SyncError } from './sync-error';

/** What writing a file that mail is saved to failed with. */
export function diskError(error: unknown): SyncError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = code === 'ENOSPC' ? 'The disk is full.' : 'The file could not be written.';
  const details = error instanceof Error ? error.message : String(error);
  return new SyncError('disk', message, { details, cause: error });
}
