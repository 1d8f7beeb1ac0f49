import type { Changed, ErrorReason, Events, Method, Params, Result } from './api';

/** What a request to the engine fails with. `message` is for a person, `details` for "Show details" and the log. */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    readonly reason: ErrorReason,
    message: string,
    readonly details = '',
  ) {
    super(message);
  }
}

/**
 * - `starting`: no engine yet; requests wait for it.
 * - `ready`: requests are answered, by the engine of this window or of another one.
 * - `failed`: the engine cannot start (full disk, newer database, …): requests fail with the reason. It becomes ready after
 *   all, once what was in the way is gone or another window has an engine; only where that one is newer (`outdated`) it
 *   takes a reload.
 */
export type EngineState =
  | { readonly state: 'starting' }
  | { readonly state: 'ready' }
  | { readonly state: 'failed'; readonly error: EngineError };

interface Disposable {
  dispose(): void;
}

/** The views' side of the door. Requests wait while the engine starts or changes hands; they never block the host's thread. */
export interface MailClient extends Disposable {
  readonly state: EngineState;
  request<M extends Method>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>>;
  /** Something changed: ask again for what you show. Also sent with everything set when another engine took over. */
  onChanged(listener: (changed: Changed) => void): Disposable;
  onCredentialsNeeded(listener: (event: Events['credentialsNeeded']) => void): Disposable;
  onState(listener: (state: EngineState) => void): Disposable;
}
