import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { abandonMailDb, closeMailDb, openMailDb, type MailDbOptions } from '../db/open-mail-db';
import type { ChangeDigest } from '../db/change-collector';
import { finishRestore, prepareRestore } from '../db/restore-mail';
import type { LoopTiming } from '../sync/loop-timing';
import { SyncManager } from '../sync/sync-manager';
import type { Changed, Events, Method, Params, Result } from './api';
import { keepSwept } from './attachment-cache';
import type { EngineContext, Handlers } from './engine-context';
import { accountHandlers } from './handlers/accounts';
import { actionHandlers } from './handlers/actions';
import { attachmentHandlers } from './handlers/attachments';
import { databaseHandlers } from './handlers/database';
import { imageHandlers } from './handlers/images';
import { messageHandlers } from './handlers/messages';
import { outboxHandlers } from './handlers/outbox';
import { syncHandlers } from './handlers/sync';

export interface EngineOptions extends Pick<MailDbOptions, 'wasm' | 'guard'> {
  /** The folder of the databases and the attachment cache. The caller holds its lock. */
  readonly folder: string;
  readonly emit: <E extends keyof Events>(event: E, data: Events[E]) => void;
  readonly timing?: Partial<LoopTiming>;
  /** The databases are let go of: damage was met, or another one takes their place. Open the engine anew. */
  readonly onOver: () => void;
}

/** ms: changes this close together are one event. Below what an eye can tell, and long enough for a page of a sync. */
const burst = 25;

/** One per user (docs/architecture.md): the database, the sync, and the answers to what views ask. */
export interface Engine {
  /** `window`: any object that stands for the window that asks, until `windowGone`. */
  handle<M extends Method>(method: M, params: Params<M>, signal: AbortSignal, window: object): Promise<Result<M>>;
  windowGone(window: object): void;
  /** Asks again for the secrets that accounts wait for: somebody who can answer has come. */
  askForMissingSecrets(): void;
  /** Stops the sync at once and closes the files. */
  close(): Promise<void>;
}

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { folder, emit, timing, onOver, ...rest } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    emit('changed', toEvent(db.changes.take()));
  };
  /** Lets go of the files without another write, at once. */
  const abandon = (): void => {
    void sync.stop();
    stopSweeping();
    clearTimeout(timer);
    abandonMailDb(db);
  };
  const db = await openMailDb(folder, {
    ...rest,
    onChanged: () => (timer ??= setTimeout(flush, burst)),
    onDamaged: () => {
      abandon();
      onOver();
    },
  });
  const sync = new SyncManager({
    db,
    onCredentialsNeeded: (accountId) => emit('credentialsNeeded', { accountId }),
    ...(timing === undefined ? {} : { timing }),
  });
  const cacheDir = join(folder, 'attachments');
  const stopSweeping = keepSwept(cacheDir);
  let isOver = false;
  const close = async (): Promise<void> => {
    await sync.stop();
    stopSweeping();
    clearTimeout(timer);
    closeMailDb(db);
  };
  const restore = async (backup: string, requestId: string): Promise<void> => {
    const file = join(folder, 'mail.db');
    await prepareRestore(file, backup, requestId, rest);
    isOver = true;
    try {
      await close();
      await finishRestore(file, rest);
      rmSync(cacheDir, { recursive: true, force: true });
    } finally {
      setImmediate(onOver); // after the answer
    }
  };
  const context: EngineContext = { db, sync, cacheDir };
  const handlers: Handlers = {
    ...accountHandlers(context),
    ...messageHandlers(context),
    ...actionHandlers(context),
    ...outboxHandlers(context),
    ...attachmentHandlers(context),
    ...imageHandlers(context),
    ...syncHandlers(context),
    ...databaseHandlers(context, restore),
  };
  return {
    async handle(method, params, signal, window) {
      if (isOver) await new Promise<never>(() => undefined); // the connection ends: then the next engine is asked
      return await handlers[method](params, signal, window);
    },
    windowGone: (window) => sync.focus(window, null),
    askForMissingSecrets: () => sync.askForMissingSecrets(),
    close,
  };
}

function toEvent(digest: ChangeDigest): Changed {
  return {
    accounts: digest.accounts,
    mailboxes: digest.mailboxes,
    messagesIn: [...digest.messagesIn],
    emails: digest.emails === null ? null : [...digest.emails],
    outbox: digest.outbox,
    status: digest.status,
  };
}
