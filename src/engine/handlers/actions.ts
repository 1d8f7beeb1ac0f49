import { getMailboxRef, mailboxOfRole } from '../../db/mailboxes';
import { replayPending } from '../../db/overlay';
import { enqueueChange } from '../../db/pending-changes';
import { shownEmail, shownInThread, type ShownEmail } from '../../db/shown-emails';
import { intentsFor, type RoleMailboxes } from '../../model/action-intents';
import type { Action, ActionTarget } from '../../model/action';
import type { AccountId, EmailId, MailboxId } from '../../model/ids';
import { EngineError } from '../client';
import type { EngineContext, Handlers } from '../engine-context';

const roleNames = { archive: 'Archive', junk: 'Junk', trash: 'Trash', inbox: 'Inbox' } as const;

/** S2: every action is rows in `pending_changes`, committed before this answers; the sending starts at once. */
export function actionHandlers(context: EngineContext) {
  return {
    'actions/apply': ({ action, targets }) => {
      const { db, sync } = context;
      const accounts = new Set<AccountId>();
      const now = Date.now();
      const changed = db.mail.transaction(() => {
        let count = 0;
        for (const { email, from } of resolve(context, targets)) {
          checkDestination(context, action, email.accountId);
          const intents = intentsFor(action, email, from, rolesOf(context, email.accountId));
          for (const intent of intents) {
            enqueueChange(db, { accountId: email.accountId, emailId: email.id, intent }, now);
          }
          if (intents.length === 0) continue;
          replayPending(db, email.id);
          accounts.add(email.accountId);
          count += 1;
        }
        return count;
      });
      sync.wakeOutbox(accounts);
      return { changed };
    },
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
