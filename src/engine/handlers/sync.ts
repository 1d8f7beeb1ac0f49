import { readLog } from '../../db/sync-log';
import { getMailboxRef } from '../../db/mailboxes';
import { diagnose } from '../diagnostics';
import type { EngineContext, Handlers } from '../engine-context';
import { lastReport, runCheck } from '../run-check';

export function syncHandlers(context: EngineContext) {
  const { db, sync } = context;
  return {
    'sync/now': ({ accountId }) => {
      sync.wake(accountId);
      return null;
    },
    'sync/log': (wanted) => readLog(db, wanted),
    'check/run': ({ accountId }, signal) => runCheck(context, accountId, signal),
    'check/last': () => lastReport(context),
    diagnostics: () => diagnose(context),
    'sync/focus': ({ mailboxId }, _signal, window) => {
      const mailbox = mailboxId === null ? undefined : getMailboxRef(db, mailboxId);
      sync.focus(window, mailbox === undefined ? null : { accountId: mailbox.accountId, mailboxId: mailbox.id });
      return null;
    },
  } satisfies Partial<Handlers>;
}
