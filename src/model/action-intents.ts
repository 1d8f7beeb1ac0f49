import type { Action } from './action';
import type { MailboxId } from './ids';
import { junk, notJunk } from './keywords';
import type { MailboxRole } from './mailbox';
import type { EmailIntent } from './pending-change';

/** Finds the account's mailbox of a role; throws where there is none. */
export type RoleMailboxes = (role: 'archive' | 'junk' | 'trash' | 'inbox') => MailboxId;

interface Shown {
  readonly keywords: readonly string[];
  readonly mailboxes: ReadonlyMap<MailboxId, MailboxRole | null>;
}

/**
 * What an action means for one message, given where it is shown and the mailbox that the person sees it in (`from`;
 * null: none in particular). Empty: it is so already.
 */
export function intentsFor(
  action: Action,
  email: Shown,
  from: MailboxId | null,
  mailboxOf: RoleMailboxes,
): EmailIntent[] {
  switch (action.type) {
    case 'keyword':
      return keywordIntent(
        email,
        action.on ? [action.keyword.toLowerCase()] : [],
        action.on ? [] : [action.keyword.toLowerCase()],
      );
    case 'move':
      return moveIntent(email, from, action.to);
    case 'archive':
      return moveIntent(email, from, mailboxOf('archive'));
    case 'junk':
      return [...keywordIntent(email, [junk], [notJunk]), ...moveIntent(email, null, mailboxOf('junk'))];
    case 'not-junk':
      return [...keywordIntent(email, [notJunk], [junk]), ...moveIntent(email, null, mailboxOf('inbox'))];
    case 'delete': {
      const trash = mailboxOf('trash');
      // Out of Trash (or Junk) for good. A message that stands elsewhere too only leaves that mailbox.
      const role = from === null ? onlyRole(email) : email.mailboxes.get(from);
      if (role !== 'trash' && role !== 'junk') return moveIntent(email, null, trash);
      if (email.mailboxes.size <= 1 || from === null) return [destroyIntent(email)];
      return [{ type: 'mailboxes', add: [], remove: [from] }];
    }
    case 'destroy':
      return [destroyIntent(email)];
  }
}

function destroyIntent(email: Shown): EmailIntent {
  return { type: 'destroy', from: [...email.mailboxes.keys()] };
}

function onlyRole(email: Shown): MailboxRole | null {
  const [role] = email.mailboxes.values();
  return email.mailboxes.size === 1 ? (role ?? null) : null;
}

function keywordIntent(email: Shown, add: readonly string[], remove: readonly string[]): EmailIntent[] {
  const missing = add.filter((keyword) => !email.keywords.includes(keyword));
  const present = remove.filter((keyword) => email.keywords.includes(keyword));
  return missing.length + present.length === 0 ? [] : [{ type: 'keywords', add: missing, remove: present }];
}

/** Out of `from` (null: out of wherever it is) into `to`. */
function moveIntent(email: Shown, from: MailboxId | null, to: MailboxId): EmailIntent[] {
  const leaving = from !== null && email.mailboxes.has(from) ? [from] : [...email.mailboxes.keys()];
  const remove = leaving.filter((id) => id !== to);
  const add = email.mailboxes.has(to) ? [] : [to];
  return add.length + remove.length === 0 ? [] : [{ type: 'mailboxes', add, remove }];
}
