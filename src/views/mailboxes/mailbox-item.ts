import type { AccountSummary } from '../../engine/api';
import type { Mailbox } from '../../model/mailbox';
import { formatCount } from '../format/counts';
import type { Language } from '../format/language';
import { oneLine } from '../format/text';
import { statusIcon, statusMessage, statusText } from './account-status';
import type { DirectoryState } from './directory';
import { mailboxIcon, mailboxName, mailboxPath } from './mailbox-names';
import type { MailboxNode } from './mailbox-tree';

/** What a node of the mailboxes tree shows. Plain text everywhere. */
export interface MailboxItem {
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** Codicon. */
  readonly icon: string;
  /** All of it for a screen reader. */
  readonly accessibleName: string;
  /** Words for `viewItem =~ /\bword\b/` in the manifest. */
  readonly contextValue: string;
}

export function mailboxItem(node: MailboxNode, state: DirectoryState, language: Language): MailboxItem | null {
  switch (node.kind) {
    case 'inboxes':
      return inboxesItem(state, language);
    case 'account': {
      const summary = state.accounts.get(node.accountId);
      return summary === undefined ? null : accountItem(summary, language);
    }
    case 'mailbox': {
      const mailbox = state.byId.get(node.mailboxId);
      return mailbox === undefined ? null : mailboxItemOf(mailbox, state, language);
    }
  }
}

/** Differs whenever what a node shows differs; far cheaper to make than the item, for thousands of mailboxes. */
export function signature(node: MailboxNode, state: DirectoryState): string {
  switch (node.kind) {
    case 'inboxes':
      return String(state.overview.unread);
    case 'account':
      return JSON.stringify(state.accounts.get(node.accountId));
    case 'mailbox': {
      const mailbox = state.byId.get(node.mailboxId);
      if (mailbox === undefined) return '';
      return `${mailbox.unread} ${mailbox.total} ${mailbox.rights.mayAddItems} ${mailbox.role ?? ''} ${mailbox.name}`;
    }
  }
}

function inboxesItem(state: DirectoryState, language: Language): MailboxItem {
  const label = language.l10n.t('All Inboxes');
  const unread = unreadWords(state.overview.unread, language);
  return {
    label,
    description: unread.count,
    tooltip: joined([label, unread.words], ' — '),
    icon: 'layers',
    accessibleName: joined([label, unread.words]),
    contextValue: 'inboxes',
  };
}

function accountItem({ account, status }: AccountSummary, language: Language): MailboxItem {
  const label = oneLine(account.name) || oneLine(account.email) || language.l10n.t('(no name)');
  const description = statusText(status, language);
  const message = oneLine(statusMessage(status), 500);
  return {
    label,
    description,
    tooltip: joined([label, oneLine(account.email), description, message], '\n'),
    icon: statusIcon(status),
    accessibleName: joined([language.l10n.t('Account {0}', label), description, message]),
    contextValue: `account ${status.state}`,
  };
}

function mailboxItemOf(mailbox: Mailbox, state: DirectoryState, language: Language): MailboxItem {
  const { l10n, locale } = language;
  const label = mailboxName(mailbox, l10n);
  const unread = unreadWords(countsUnread(mailbox) ? mailbox.unread : 0, language);
  const total = mailbox.total === 1 ? l10n.t('1 message') : l10n.t('{0} messages', formatCount(mailbox.total, locale));
  const serverName = oneLine(mailbox.name);
  return {
    label,
    description: unread.count,
    tooltip: joined(
      [
        mailboxPath(mailbox, state.byId, l10n),
        serverName === label ? '' : l10n.t('“{0}” on the server', serverName),
        joined([total, unread.words]),
      ],
      '\n',
    ),
    icon: mailboxIcon(mailbox),
    accessibleName: joined([label, unread.words]),
    contextValue: joined(['mailbox', mailbox.role ?? '', mailbox.rights.mayAddItems ? 'mayAdd' : ''], ' '),
  };
}

/** What is unread in one's own drafts, in what one sent and in what one threw away is no news. */
function countsUnread({ role }: Mailbox): boolean {
  return role !== 'drafts' && role !== 'sent' && role !== 'trash';
}

function unreadWords(unread: number, { l10n, locale }: Language): { count: string; words: string } {
  if (unread <= 0) return { count: '', words: '' };
  const count = formatCount(unread, locale);
  return { count, words: l10n.t('{0} unread', count) };
}

/** The parts that are there, each once. */
function joined(parts: readonly string[], separator = ', '): string {
  return [...new Set(parts.filter((part) => part !== ''))].join(separator);
}
