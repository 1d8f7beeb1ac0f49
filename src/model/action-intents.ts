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
 * null: none in particular). Empty: there is nothing to change.
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
      const role = from === null ? onlyRole(email) : email.mailboxes.get(from);
      const isDiscarded = role === 'trash' || role === 'junk';
      return isDiscarded ? destroyIntent(email, from) : moveIntent(email, null, mailboxOf('trash'));
    }
    case 'destroy':
      return destroyIntent(email, from);
  }
}

/**
 * S9: for good only where the person sees it. A message that stands elsewhere too leaves that mailbox and nothing else, for
 * two moves may have put it into Trash and Archive; one that was moved out of there meanwhile is not what they meant.
 */
function destroyIntent(email: Shown, from: MailboxId | null): EmailIntent[] {
  if (from === null) return [{ type: 'destroy', from: [...email.mailboxes.keys()] }];
  if (!email.mailboxes.has(from)) return [];
  if (email.mailboxes.size > 1) return [{ type: 'mailboxes', add: [], remove: [from] }];
  return [{ type: 'destroy', from: [from] }];
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
