import { getEmailRef } from '../db/emails';
import type { MailDb } from '../db/mail-db';
import { replayPending } from '../db/overlay';
import { deleteChanges, enqueueChange, getChanges } from '../db/pending-changes';
import { markUndone, undoableAction, undoneByRequest, type UndoAction, type UndoStep } from '../db/undo-actions';
import type { Action } from '../model/action';
import type { AccountId } from '../model/ids';
import { wasNeverDone } from '../model/pending-change';
import { messagesOf } from './apply-action';

/** `kept`: messages of which it could not be undone, because they were destroyed. */
export interface Undone {
  readonly action: Action;
  readonly messages: number;
  readonly kept: number;
}

/**
 * Takes an action back (S31), `undoId` null: the newest that was not. A change that has not left is cancelled; for one
 * that has, or may have, its inverse is queued behind it. Null: there is nothing to undo. A request that comes twice, since
 * an engine died before it answered, takes back one action.
 */
export function undoAction(
  db: MailDb,
  undoId: number | null,
  { now, requestId }: { readonly now: number; readonly requestId?: string | undefined },
): { readonly undone: Undone | null; readonly accounts: ReadonlySet<AccountId> } {
  const accounts = new Set<AccountId>();
  const undone = db.mail.transaction(() => {
    const done = requestId === undefined ? undefined : undoneByRequest(db, requestId);
    if (done !== undefined) return answer(done.undone, done.kept);
    const remembered = undoableAction(db, undoId);
    if (remembered === undefined) return null;
    const emails = new Set(remembered.steps.map((step) => step.emailId));
    const kept = new Set(emails);
    // Backwards: what was done last is taken back first.
    for (const step of [...remembered.steps].reverse()) {
      const accountId = undoStep(db, step, now);
      if (accountId === null) continue;
      accounts.add(accountId);
      kept.delete(step.emailId);
    }
    for (const emailId of emails) replayPending(db, emailId);
    markUndone(db, remembered.id, { kept: kept.size, requestId: requestId ?? null });
    return answer(remembered, kept.size);
  });
  return { undone, accounts };
}

const answer = ({ action, steps }: UndoAction, kept: number): Undone => ({
  action,
  messages: messagesOf(steps) - kept,
  kept,
});

/** The account that has something to send now; null: this step cannot be undone. */
function undoStep(db: MailDb, { changeId, emailId, inverse }: UndoStep, now: number): AccountId | null {
  const [change] = getChanges(db, [changeId]);
  // One that the server refused only leaves the list of failed ones.
  if (change !== undefined && wasNeverDone(change)) {
    deleteChanges(db, [changeId]);
    return change.accountId;
  }
  const email = getEmailRef(db, emailId);
  if (email === undefined || inverse === null) return null;
  enqueueChange(db, { accountId: email.accountId, emailId, intent: inverse, isInverse: true }, now);
  return email.accountId;
}
