import type { Mailbox, MailboxRole } from '../../model/mailbox';
import type { Localiser } from '../format/language';
import { oneLine } from '../format/text';

/** Names of roles that a person knows, in the language of VS Code, whatever the server calls them (`INBOX`, `[Gmail]/Spam`). */
export function roleName(role: MailboxRole, l10n: Localiser): string {
  switch (role) {
    case 'inbox':
      return l10n.t('Inbox');
    case 'drafts':
      return l10n.t('Drafts');
    case 'sent':
      return l10n.t('Sent');
    case 'archive':
      return l10n.t('Archive');
    case 'junk':
      return l10n.t('Junk');
    case 'trash':
      return l10n.t('Trash');
    case 'all':
      return l10n.t('All Mail');
    case 'flagged':
      return l10n.t('Flagged');
    case 'important':
      return l10n.t('Important');
  }
}

export function mailboxName({ name, role }: Pick<Mailbox, 'name' | 'role'>, l10n: Localiser): string {
  if (role !== null) return roleName(role, l10n);
  return oneLine(name) || l10n.t('(no name)');
}

/** `Projects / Mailpane / Patches`. */
export function mailboxPath(mailbox: Mailbox, byId: ReadonlyMap<number, Mailbox>, l10n: Localiser): string {
  const names: string[] = [];
  const walked = new Set<number>();
  let current: Mailbox | undefined = mailbox;
  while (current !== undefined && !walked.has(current.id)) {
    walked.add(current.id);
    names.unshift(mailboxName(current, l10n));
    current = current.parentId === null ? undefined : byId.get(current.parentId);
  }
  return names.join(' / ');
}

/** Codicon of a mailbox. */
export function mailboxIcon({ role }: Pick<Mailbox, 'role'>): string {
  switch (role) {
    case 'inbox':
      return 'inbox';
    case 'drafts':
      return 'edit';
    case 'sent':
      return 'send';
    case 'archive':
      return 'archive';
    case 'junk':
      return 'report';
    case 'trash':
      return 'trash';
    case 'all':
      return 'mail';
    case 'flagged':
      return 'star-full';
    case 'important':
      return 'bookmark';
    case null:
      // The same picture as `folder`, which VS Code takes for one of the file icon theme, and then lines rows up otherwise.
      return 'symbol-folder';
  }
}
