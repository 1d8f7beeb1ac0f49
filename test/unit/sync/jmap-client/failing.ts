import { SyncError } from '../../../../src/sync/sync-error';

/** The SyncError that a promise fails with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<SyncError> {
  const outcome = await promise.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error,
  );
  if (outcome instanceof SyncError) return outcome;
  throw outcome;
}

/** The same of a function. */
export function thrownBy(work: () => unknown): SyncError {
  try {
    work();
  } catch (error) {
    if (error instanceof SyncError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}
