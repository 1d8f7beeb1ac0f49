import type { MessageRow } from '../../model/email';
import { answered, draft, flagged, forwarded, isUnread } from '../../model/keywords';
import type { MailboxRole } from '../../model/mailbox';
import { people } from '../format/addresses';
import { formatCount } from '../format/counts';
import { fullDate, relativeDate } from '../format/dates';
import type { Language } from '../format/language';
import { isolate, oneLine } from '../format/text';

/** What a row of the message list shows. Plain text everywhere. */
export interface MessageItem {
  readonly label: string;
  readonly description: string;
  readonly icon: MessageIcon;
  readonly expandable: boolean;
  /** All of it for a screen reader. */
  readonly accessibleName: string;
  /** Words for `viewItem =~ /\bword\b/` in the manifest. */
  readonly contextValue: string;
}

export interface MessageIcon {
  /** Codicon. */
  readonly id: string;
  /** Theme colour. */
  readonly color: string | null;
}

export interface MessageItemOptions {
  /** A row that stands for its whole thread. */
  readonly folded: boolean;
  readonly role: MailboxRole | null;
  /** ms since 1970. */
  readonly now: number;
  readonly language: Language;
}

// VS Code draws one icon a row, and marks a part of a label only like a match of a search: the rest of the state are signs.
const unreadSign = '●';
const flagSign = '★';
const attachmentSign = '📎\ufe0e';

export function messageItem(row: MessageRow, options: MessageItemOptions): MessageItem {
  const { folded, role, now, language } = options;
  const { l10n, locale } = language;
  const state = messageState(row, folded);
  const icon = stateIcon(state);
  const who = whoOf(row, role, language);
  const subject = oneLine(row.subject) || l10n.t('(no subject)');
  const count = folded && row.count > 1 ? row.count : 1;
  const signs = [
    state.unread && icon.id !== 'circle-filled' ? unreadSign : '',
    state.flagged && icon.id !== 'star-full' ? flagSign : '',
    state.attachment && icon.id !== 'attach' ? attachmentSign : '',
  ];
  return {
    label: count > 1 ? `${who} (${formatCount(count, locale)})` : who,
    description: [...signs, `${isolate(subject)} · ${relativeDate(row.receivedAt, now, language)}`]
      .filter((part) => part !== '')
      .join(' '),
    icon,
    expandable: count > 1,
    accessibleName: [...stateWords(state, row, count, language), who, subject, fullDate(row.receivedAt, language)].join(
      ', ',
    ),
    contextValue: contextValue(state, count > 1),
  };
}

interface MessageState {
  readonly unread: boolean;
  readonly flagged: boolean;
  readonly draft: boolean;
  readonly answered: boolean;
  readonly forwarded: boolean;
  readonly attachment: boolean;
  readonly pending: MessageRow['pending'];
}

function messageState(row: MessageRow, folded: boolean): MessageState {
  const has = (keyword: string): boolean => row.keywords.includes(keyword);
  return {
    unread: folded ? row.unread > 0 : isUnread(row.keywords),
    flagged: folded ? row.flagged > 0 : has(flagged),
    draft: has(draft),
    answered: has(answered),
    forwarded: has(forwarded),
    attachment: row.hasAttachment,
    pending: row.pending,
  };
}

/** The strongest of what there is to say has the icon; unread, flags and attachments show by a sign where it is not theirs. */
function stateIcon(state: MessageState): MessageIcon {
  if (state.pending === 'failed') return { id: 'error', color: 'list.errorForeground' };
  if (state.pending === 'pending') return { id: 'cloud-upload', color: 'descriptionForeground' };
  if (state.flagged) return { id: 'star-full', color: 'charts.yellow' };
  if (state.unread) return { id: 'circle-filled', color: 'textLink.foreground' };
  if (state.draft) return { id: 'edit', color: null };
  if (state.answered) return { id: 'reply', color: 'descriptionForeground' };
  if (state.forwarded) return { id: 'arrow-right', color: 'descriptionForeground' };
  if (state.attachment) return { id: 'attach', color: 'descriptionForeground' };
  return { id: 'mail-read', color: 'disabledForeground' };
}

/** Who wrote it; where one's own mail stands, to whom. */
function whoOf(row: MessageRow, role: MailboxRole | null, { l10n }: Language): string {
  if (role === 'sent' || role === 'drafts') {
    return l10n.t('To: {0}', people(row.to) || l10n.t('(no recipient)'));
  }
  return people(row.from) || l10n.t('(no sender)');
}

function stateWords(state: MessageState, row: MessageRow, count: number, { l10n, locale }: Language): string[] {
  const words = [
    state.pending === 'failed' ? l10n.t('change failed') : '',
    state.pending === 'pending' ? l10n.t('not yet on the server') : '',
    state.unread ? (count > 1 ? l10n.t('{0} unread', formatCount(row.unread, locale)) : l10n.t('unread')) : '',
    state.flagged ? l10n.t('flagged') : '',
    state.draft ? l10n.t('draft') : '',
    state.answered ? l10n.t('answered') : '',
    state.forwarded ? l10n.t('forwarded') : '',
    state.attachment ? l10n.t('has attachment') : '',
    count > 1 ? l10n.t('thread of {0} messages', formatCount(count, locale)) : '',
  ];
  return words.filter((word) => word !== '');
}

function contextValue(state: MessageState, isThread: boolean): string {
  const words = [
    'message',
    state.unread ? 'unread' : 'read',
    state.flagged ? 'flagged' : 'unflagged',
    isThread ? 'thread' : 'single',
    state.pending === 'failed' ? 'failed' : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}
