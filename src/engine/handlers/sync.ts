import { readLog } from '../../db/sync-log';
import { getMailboxRef } from '../../db/mailboxes';
import type { EngineContext, Handlers } from '../engine-context';

export function syncHandlers({ db, sync }: EngineContext) {
  return {
    'sync/now': ({ accountId }) => {
      sync.wake(accountId);
      return null;
    },
    'sync/log': ({ accountId, limit }) => readLog(db, accountId, limit),
    'sync/focus': ({ mailboxId }) => {
      const mailbox = mailboxId === null ? undefined : getMailboxRef(db, mailboxId);
      sync.focus(mailbox?.accountId ?? null, mailboxId);
      return null;
    },
  } satisfies Partial<Handlers>;
}
