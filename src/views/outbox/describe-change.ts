import type { MailboxId } from '../../model/ids';
import { flagged, junk, notJunk, seen } from '../../model/keywords';
import type { Mailbox } from '../../model/mailbox';
import type { OutboxItem } from '../../model/outbox-item';
import type { EmailIntent } from '../../model/pending-change';
import { formatCount } from '../format/counts';
import type { Language, Localiser } from '../format/language';
import { oneLine } from '../format/text';
import { mailboxName } from '../mailboxes/mailbox-names';
import { inert } from '../format/inert';

/** What a change's mailboxes are to a person. Null: the mailbox is gone. */
export type FindMailbox = (id: MailboxId) => Pick<Mailbox, 'name' | 'role'> | null;

/** Names for sentences, also of what is gone. */
export function mailboxNames(
  mailboxes: () => ReadonlyMap<MailboxId, Pick<Mailbox, 'name' | 'role'>>,
  l10n: Localiser,
): (id: MailboxId) => string {
  return (id) => nameOf(mailboxes().get(id) ?? null, l10n);
}

/** What a change wants, as the command that made it is called where there is one. */
export function describeIntent(intent: EmailIntent, find: FindMailbox, l10n: Localiser): string {
  switch (intent.type) {
    case 'destroy':
      return l10n.t('Delete for good');
    case 'mailboxes':
      return describeMove(intent.add.map(find), intent.remove.map(find), l10n);
    case 'keywords':
      return [
        ...intent.add.map((keyword) => describeKeyword(keyword, true, l10n)),
        ...intent.remove.map((keyword) => describeKeyword(keyword, false, l10n)),
      ].join(', ');
  }
}

type Found = ReturnType<FindMailbox>;

function describeMove(to: readonly Found[], from: readonly Found[], l10n: Localiser): string {
  const names = (mailboxes: readonly Found[]) => mailboxes.map((mailbox) => nameOf(mailbox, l10n)).join(', ');
  if (to.length === 0) return l10n.t('Remove from {0}', names(from));
  if (from.length === 0) return l10n.t('Add to {0}', names(to));
  if (to.length > 1) return l10n.t('Move to {0}', names(to));
  switch (to[0]?.role) {
    case 'archive':
      return l10n.t('Archive');
    case 'trash':
      return l10n.t('Delete');
    case 'junk':
      return l10n.t('Move to Junk');
    default:
      return l10n.t('Move to {0}', names(to));
  }
}

function nameOf(mailbox: Found, l10n: Localiser): string {
  return mailbox === null ? l10n.t('a mailbox that is gone') : oneLine(mailboxName(mailbox, l10n), 60);
}

function describeKeyword(keyword: string, on: boolean, l10n: Localiser): string {
  if (keyword === seen) return on ? l10n.t('Mark as read') : l10n.t('Mark as unread');
  if (keyword === flagged) return on ? l10n.t('Flag') : l10n.t('Remove flag');
  if (keyword === junk) return on ? l10n.t('Mark as junk') : l10n.t('Remove the junk mark');
  if (keyword === notJunk) return on ? l10n.t('Mark as not junk') : l10n.t('Remove the mark “not junk”');
  const name = oneLine(keyword, 60);
  return on ? l10n.t('Set keyword {0}', name) : l10n.t('Remove keyword {0}', name);
}

/** How it stands with a change, and why: the server's words where it refused. */
export function describeState(item: OutboxItem, l10n: Localiser): string {
  switch (item.state) {
    case 'failed':
      return describeRefusal(item.lastError, l10n);
    case 'sending':
      return l10n.t('On its way to the server');
    case 'queued':
      if (item.emailId === null) return l10n.t('Waits for its message to be fetched again');
      if (item.attempts === 0) return l10n.t('Waits for the connection');
      return l10n.t('Will be tried again. {0}', wordsOf(item.lastError)).trim();
  }
}

/** Why the message of a change that was saved from another database cannot be shown. */
export function whyNoMessage(item: OutboxItem, l10n: Localiser): string {
  return item.state === 'failed'
    ? l10n.t('The message of this change is not here, so it cannot be shown: {0}', describeState(item, l10n))
    : l10n.t(
        'The message of this change is not here yet, so it cannot be shown. The change was saved from another database, and waits until its message is fetched again.',
      );
}

/** Why a change was refused: the server's words, where it gave any. */
export function describeRefusal(reason: string | null, l10n: Localiser): string {
  return wordsOf(reason) || l10n.t('The server refused this change.');
}

const wordsOf = (reason: string | null): string => (reason === null ? '' : oneLine(reason, 300));

/** "" where it was not tried yet. */
export function describeAttempts(attempts: number, { l10n, locale }: Language): string {
  if (attempts === 0) return '';
  return attempts === 1 ? l10n.t('Tried once') : l10n.t('Tried {0} times', formatCount(attempts, locale));
}

/** A subject is another's text: it draws no icon and makes no link in a text of ours. `length` in UTF-16 units. */
export function subjectLabel(subject: string, l10n: Localiser, length = 120): string {
  const line = inert(oneLine(subject, length));
  return line === '' ? l10n.t('(no subject)') : line;
}
