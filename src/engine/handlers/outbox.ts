import { rememberDiscarded } from '../../db/imap-discarded';
import { replayPending } from '../../db/overlay';
import { failedChanges, getOutboxItem, listOutbox } from '../../db/outbox-list';
import { countChanges, deleteChanges, getChanges, listChanges, setChangeState } from '../../db/pending-changes';
import { listSavedChanges, type WaitingChange } from '../../db/saved-changes';
import { attachToKnown } from '../../db/settle-saved-changes';
import { forgetChanges } from '../../db/undo-actions';
import { grouped } from '../../model/grouped';
import type { ChangeId, EmailId } from '../../model/ids';
import { wasNeverDone, type PendingChange } from '../../model/pending-change';
import type { EngineContext, Handlers } from '../engine-context';

export function outboxHandlers({ db, sync }: EngineContext) {
  /** The named ones, or all that were refused. One that is being sent right now is left alone. */
  const chosen = (changeIds: readonly ChangeId[] | null): PendingChange[] => {
    const changes = changeIds === null ? listChanges(db) : getChanges(db, changeIds);
    return changes.filter(({ state }) => state === 'failed' || (changeIds !== null && state === 'queued'));
  };
  /** The same of those whose message is not here. */
  const chosenSaved = (changeIds: readonly ChangeId[] | null): WaitingChange[] => {
    const ids = changeIds === null ? null : new Set(changeIds);
    return listSavedChanges(db).filter(({ id, state }) => ids?.has(id) ?? state === 'failed');
  };
  const emailsOf = (changes: readonly PendingChange[]): EmailId[] => changes.map(({ emailId }) => emailId);
  const idsOf = (changes: readonly { readonly id: ChangeId }[]): ChangeId[] => changes.map(({ id }) => id);
  return {
    'outbox/list': () => listOutbox(db),
    'outbox/get': ({ changeId }) => getOutboxItem(db, changeId),
    'outbox/failed': ({ accountId, reason }) => failedChanges(db, accountId, reason),
    'outbox/count': ({ accountId }) => {
      const { pending, failed } = countChanges(db, accountId);
      return pending + failed;
    },

    'outbox/retry': ({ changeIds }) => {
      const changes = chosen(changeIds);
      // One that does not know its message cannot find it.
      const saved = chosenSaved(changeIds).filter(({ change }) => change.email !== null);
      const again = { lastError: null, countAttempt: false };
      db.mail.transaction(() => {
        setChangeState(db, [...idsOf(changes), ...idsOf(saved)], 'queued', again);
        for (const accountId of new Set(saved.map((change) => change.accountId))) attachToKnown(db, accountId);
        replayPending(db, emailsOf(changes));
      });
      sync.wakeOutbox(new Set(changes.map((change) => change.accountId)));
      // Their message is looked for at the end of a cycle.
      for (const accountId of new Set(saved.map((change) => change.accountId))) sync.wake(accountId);
      return null;
    },

    'outbox/discard': ({ changeIds }) => {
      const changes = chosen(changeIds);
      db.mail.transaction(() => {
        deleteChanges(db, [...idsOf(changes), ...idsOf(chosenSaved(changeIds))]);
        forgetChanges(db, idsOf(changes.filter(wasNeverDone)));
        for (const [accountId, ofAccount] of grouped(changes.map((change) => [change.accountId, change] as const)))
          rememberDiscarded(db, accountId, ofAccount);
        replayPending(db, emailsOf(changes));
      });
      // What the server made of these is not known.
      const left = changes.filter(({ mayHaveLeft }) => mayHaveLeft);
      for (const accountId of new Set(left.map((change) => change.accountId))) sync.wake(accountId);
      return null;
    },
  } satisfies Partial<Handlers>;
}
