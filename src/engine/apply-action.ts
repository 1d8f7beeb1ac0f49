import { getMailboxRef, mailboxOfRole } from '../db/mailboxes';
import type { MailDb } from '../db/mail-db';
import { replayPending } from '../db/overlay';
import { enqueueChange } from '../db/pending-changes';
import { shownEmail, shownInThread, type ShownEmail } from '../db/shown-emails';
import { actionOfRequest, rememberAction, type UndoStep } from '../db/undo-actions';
import { intentsFor, type RoleMailboxes } from '../model/action-intents';
import type { Action, ActionTarget } from '../model/action';
import type { AccountId, EmailId, MailboxId } from '../model/ids';
import { inverseOf } from '../model/pending-change';
import { EngineError } from './client';

const roleNames = { archive: 'Archive', junk: 'Junk', trash: 'Trash', inbox: 'Inbox' } as const;

export interface AppliedAction {
  /** Messages that changed. */
  readonly changed: number;
  readonly undoId: number | null;
  /** Accounts that have something to send now. */
  readonly accounts: ReadonlySet<AccountId>;
}

export interface ApplyOptions {
  readonly now: number;
  /** False: it is not for Undo. */
  readonly remember: boolean;
  /** Of a request that may come twice, since an engine died before it answered: it is done once. */
  readonly requestId?: string | undefined;
}

/**
 * S2: an action is rows in `pending_changes`, committed with what it shows (S1) and with what undoes it (S31) before this
 * returns; nothing is asked of a server here.
 */
export function applyAction(
  db: MailDb,
  action: Action,
  targets: readonly ActionTarget[],
  { now, remember, requestId }: ApplyOptions,
): AppliedAction {
  const accounts = new Set<AccountId>();
  return db.mail.transaction(() => {
    const done = requestId === undefined ? undefined : actionOfRequest(db, requestId);
    if (done !== undefined) return { changed: messagesOf(done.steps), undoId: done.id, accounts };
    const steps: UndoStep[] = [];
    const changed: EmailId[] = [];
    for (const { email, from } of resolve(db, targets)) {
      checkDestination(db, action, email.accountId);
      const intents = intentsFor(action, email, from, rolesOf(db, email.accountId));
      for (const intent of intents) {
        const changeId = enqueueChange(db, { accountId: email.accountId, emailId: email.id, intent }, now);
        steps.push({ changeId, emailId: email.id, inverse: inverseOf(intent) });
      }
      if (intents.length === 0) continue;
      accounts.add(email.accountId);
      changed.push(email.id);
    }
    replayPending(db, changed);
    const isKept = changed.length > 0 && remember;
    const undoId = isKept ? rememberAction(db, { action, steps, requestId: requestId ?? null }, now) : null;
    return { changed: changed.length, undoId, accounts };
  });
}

export const messagesOf = (steps: readonly UndoStep[]): number => new Set(steps.map((step) => step.emailId)).size;

/** The messages meant, each once: a thread is all its messages that are shown in that mailbox. Those gone are left out. */
function resolve(db: MailDb, targets: readonly ActionTarget[]) {
  const found = new Map<EmailId, { email: ShownEmail; from: MailboxId | null }>();
  for (const target of targets) {
    const ids = 'threadId' in target ? shownInThread(db, target.threadId, target.mailboxId) : [target.emailId];
    for (const id of ids) {
      const email = found.has(id) ? undefined : shownEmail(db, id);
      if (email !== undefined) found.set(id, { email, from: target.mailboxId });
    }
  }
  return found.values();
}

function checkDestination(db: MailDb, action: Action, accountId: AccountId): void {
  if (action.type !== 'move') return;
  const mailbox = getMailboxRef(db, action.to);
  if (mailbox === undefined) throw new EngineError('not-found', 'This mailbox no longer exists.');
  if (mailbox.accountId !== accountId) {
    throw new EngineError('invalid', 'Messages cannot be moved to a mailbox of another account.');
  }
}

function rolesOf(db: MailDb, accountId: AccountId): RoleMailboxes {
  return (role) => {
    const id = mailboxOfRole(db, accountId, role);
    if (id === undefined) {
      throw new EngineError('no-mailbox', `This account has no ${roleNames[role]} mailbox.`);
    }
    return id;
  };
}
