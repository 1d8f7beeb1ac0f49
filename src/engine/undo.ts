import { getEmailRef } from '../db/emails';
import type { MailDb } from '../db/mail-db';
import { replayPending } from '../db/overlay';
import { deleteChanges, enqueueChange, getChanges } from '../db/pending-changes';
import { shownEmail } from '../db/shown-emails';
import { markUndone, undoableAction, undoneByRequest, type UndoAction, type UndoStep } from '../db/undo-actions';
import type { Action } from '../model/action';
import type { AccountId } from '../model/ids';
import { wasNeverDone } from '../model/pending-change';
import { messagesOf } from './apply-action';

export interface Undone {
  readonly action: Action;
  readonly messages: number;
  /** Messages that it could not be undone for, because they are gone for good. */
  readonly kept: number;
  /** Messages that it was not undone for, because they were moved again since. */
  readonly moved: number;
}

/**
 * Takes an action back (S31), `undoId` null: the newest that was not. A change that has not left is cancelled; for one
 * that has, or may have, its inverse is queued behind it. A message that was moved again since stays. Null: there is
 * nothing to undo. A request that comes twice, since an engine died before it answered, takes back one action.
 */
export function undoAction(
  db: MailDb,
  undoId: number | null,
  { now, requestId }: { readonly now: number; readonly requestId?: string | undefined },
): { readonly undone: Undone | null; readonly accounts: ReadonlySet<AccountId> } {
  const accounts = new Set<AccountId>();
  const undone = db.mail.transaction(() => {
    const done = requestId === undefined ? undefined : undoneByRequest(db, requestId);
    if (done !== undefined) return answer(done.undone, done.kept, done.moved);
    const remembered = undoableAction(db, undoId);
    if (remembered === undefined) return null;
    const emails = new Set(remembered.steps.map((step) => step.emailId));
    const moved = new Set(remembered.steps.filter((step) => wasMovedSince(db, step)).map(({ emailId }) => emailId));
    const kept = new Set([...emails].filter((id) => !moved.has(id)));
    // Backwards: what was done last is taken back first.
    for (const step of [...remembered.steps].reverse()) {
      if (moved.has(step.emailId)) continue;
      const accountId = undoStep(db, step, now);
      if (accountId === null) continue;
      accounts.add(accountId);
      kept.delete(step.emailId);
    }
    replayPending(db, emails);
    // Chosen from the list, it stays there while nothing of it is undone: once the later move is, it can be.
    const isUndone = undoId === null || moved.size < emails.size;
    if (isUndone) markUndone(db, remembered.id, { kept: kept.size, moved: moved.size, requestId: requestId ?? null });
    return answer(remembered, kept.size, moved.size);
  });
  return { undone, accounts };
}

const answer = ({ action, steps }: UndoAction, kept: number, moved: number): Undone => ({
  action,
  messages: messagesOf(steps) - kept - moved,
  kept,
  moved,
});

/**
 * The message is shown neither where this step put it nor where it came from: it was moved again, and the later move
 * counts. To take this one back by itself would put the message into two mailboxes.
 */
function wasMovedSince(db: MailDb, { changeId, emailId, inverse }: UndoStep): boolean {
  if (inverse?.type !== 'mailboxes' || inverse.remove.length === 0) return false;
  if (getChanges(db, [changeId])[0]?.state === 'failed') return false; // refused, so it put nothing anywhere
  const shown = shownEmail(db, emailId)?.mailboxes;
  if (shown === undefined) return false;
  return !inverse.remove.some((id) => shown.has(id)) && !inverse.add.every((id) => shown.has(id));
}

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
