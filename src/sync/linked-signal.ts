import { SyncError } from './sync-error';

/** One signal that aborts with the first of several sources, always with a SyncError as its reason. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  abort(reason: SyncError): void;
  /** Lets go of the sources. Long-lived signals would otherwise gather a listener with each request. */
  release(): void;
}

export function cancelled(cause?: unknown): SyncError {
  return new SyncError('cancelled', 'This was cancelled.', { cause });
}

export function linkSignals(...sources: readonly AbortSignal[]): LinkedSignal {
  const controller = new AbortController();
  const abort = (reason: SyncError): void => {
    release();
    controller.abort(reason);
  };
  const onAbort = (event: Event): void => abort(reasonOf(event.target as AbortSignal));
  const release = (): void => {
    for (const source of sources) source.removeEventListener('abort', onAbort);
  };
  for (const source of sources) source.addEventListener('abort', onAbort);
  const aborted = sources.find((source) => source.aborted);
  if (aborted) abort(reasonOf(aborted));
  return { signal: controller.signal, abort, release };
}

/** Settles as `promise` does, or rejects as soon as `signal` aborts; the work behind `promise` goes on. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined); // nobody waits for it any more, and the process must not end by its failure
    throw reasonOf(signal);
  }
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(reasonOf(signal));
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

export function reasonOf(signal: AbortSignal): SyncError {
  return signal.reason instanceof SyncError ? signal.reason : cancelled(signal.reason);
}
