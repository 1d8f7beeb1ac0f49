import { replayPending } from '../../db/overlay';
import { deleteChanges, getChanges, listChanges, setChangeState } from '../../db/pending-changes';
import { getEmailDetails } from '../../db/message-lists';
import type { ChangeId } from '../../model/ids';
import type { PendingChange } from '../../model/pending-change';
import type { EngineContext, Handlers } from '../engine-context';

export function outboxHandlers({ db, sync }: EngineContext) {
  /** The named ones, or all that were refused. One that is being sent right now is left alone. */
  const chosen = (changeIds: readonly ChangeId[] | null): PendingChange[] => {
    const changes = changeIds === null ? listChanges(db) : getChanges(db, changeIds);
    return changes.filter(({ state }) => state === 'failed' || (changeIds !== null && state === 'queued'));
  };
  const replayAll = (changes: readonly PendingChange[]): void => {
    for (const emailId of new Set(changes.map((change) => change.emailId))) replayPending(db, emailId);
  };
  return {
    'outbox/list': () =>
      listChanges(db).map((change) => ({
        changeId: change.id,
        accountId: change.accountId,
        emailId: change.emailId,
        subject: getEmailDetails(db, change.emailId)?.subject ?? '',
        intent: change.intent,
        state: change.state,
        createdAt: change.createdAt,
        attempts: change.attempts,
        lastError: change.lastError,
      })),

    'outbox/retry': ({ changeIds }) => {
      const changes = chosen(changeIds);
      db.mail.transaction(() => {
        const ids = changes.map((change) => change.id);
        setChangeState(db, ids, 'queued', { lastError: null, countAttempt: false });
        replayAll(changes);
      });
      sync.wakeOutbox(new Set(changes.map((change) => change.accountId)));
      return null;
    },

    'outbox/discard': ({ changeIds }) => {
      const changes = chosen(changeIds);
      db.mail.transaction(() => {
        deleteChanges(
          db,
          changes.map((change) => change.id),
        );
        replayAll(changes);
      });
      return null;
    },
  } satisfies Partial<Handlers>;
}
