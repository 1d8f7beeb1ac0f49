import type { MailDb } from '../db/mail-db';
import type { SyncManager } from '../sync/sync-manager';
import type { Method, Params, Result } from './api';

/** What the handlers work with. */
export interface EngineContext {
  readonly db: MailDb;
  readonly sync: SyncManager;
  /** Where attachments are kept until they are copied to where the person wants them; may be emptied at any time. */
  readonly cacheDir: string;
}

/**
 * Answers one request. May throw EngineError, SyncError or DatabaseError; `signal` says that nobody waits any more.
 * `window` is the same object for each request of one window, and says nothing more.
 */
export type Handler<M extends Method> = (
  params: Params<M>,
  signal: AbortSignal,
  window: object,
) => Result<M> | Promise<Result<M>>;

export type Handlers = { readonly [M in Method]: Handler<M> };
