import { getMailboxRef, mailboxOfRole } from '../../db/mailboxes';
import { replayPending } from '../../db/overlay';
import { enqueueChange } from '../../db/pending-changes';
import { shownEmail, shownInThread, type ShownEmail } from '../../db/shown-emails';
import { rememberAction, undoableActions, type UndoStep } from '../../db/undo-actions';
import { inverseOf } from '../../model/pending-change';
import { intentsFor, type RoleMailboxes } from '../../model/action-intents';
import type { Action, ActionTarget } from '../../model/action';
import type { AccountId, EmailId, MailboxId } from '../../model/ids';
import { EngineError } from '../client';
import type { EngineContext, Handlers } from '../engine-context';
import { undoAction } from '../undo';

const roleNames = { archive: 'Archive', junk: 'Junk', trash: 'Trash', inbox: 'Inbox' } as const;

/**
 * S2: every action is rows in `pending_changes`, committed before this answers; the sending starts at once. What undoes
 * it is kept in the same transaction (S31).
 */
export function actionHandlers(context: EngineContext) {
  const { db, sync } = context;
  return {
    'actions/apply': ({ action, targets }) => {
      const accounts = new Set<AccountId>();
      const now = Date.now();
      const result = db.mail.transaction(() => {
        const steps: UndoStep[] = [];
        let changed = 0;
        for (const { email, from } of resolve(context, targets)) {
          checkDestination(context, action, email.accountId);
          const intents = intentsFor(action, email, from, rolesOf(context, email.accountId));
          for (const intent of intents) {
            const changeId = enqueueChange(db, { accountId: email.accountId, emailId: email.id, intent }, now);
            steps.push({ changeId, emailId: email.id, inverse: inverseOf(intent) });
          }
          if (intents.length === 0) continue;
          replayPending(db, email.id);
          accounts.add(email.accountId);
          changed += 1;
        }
        return { changed, undoId: changed === 0 ? null : rememberAction(db, action, steps, now) };
      });
      sync.wakeOutbox(accounts);
      return result;
    },

    'actions/undo': ({ undoId }) => {
      const { undone, accounts } = undoAction(db, undoId, Date.now());
      sync.wakeOutbox(accounts);
      return undone;
    },

    'actions/history': () =>
      undoableActions(db).map(({ id, createdAt, action, steps }) => ({
        undoId: id,
        createdAt,
        action,
        messages: new Set(steps.map((step) => step.emailId)).size,
      })),
  } satisfies Partial<Handlers>;
}

/** The messages meant, each once: a thread is all its messages that are shown in that mailbox. Those gone are left out. */
function resolve({ db }: EngineContext, targets: readonly ActionTarget[]) {
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

function checkDestination({ db }: EngineContext, action: Action, accountId: AccountId): void {
  if (action.type !== 'move') return;
  const mailbox = getMailboxRef(db, action.to);
  if (mailbox === undefined) throw new EngineError('not-found', 'This mailbox no longer exists.');
  if (mailbox.accountId !== accountId) {
    throw new EngineError('invalid', 'Messages cannot be moved to a mailbox of another account.');
  }
}

function rolesOf({ db }: EngineContext, accountId: AccountId): RoleMailboxes {
  return (role) => {
    const id = mailboxOfRole(db, accountId, role);
    if (id === undefined) {
      throw new EngineError('no-mailbox', `This account has no ${roleNames[role]} mailbox.`);
    }
    return id;
  };
}
