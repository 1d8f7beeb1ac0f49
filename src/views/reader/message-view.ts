/** Makes what the page shows of a message's headers. Pure; every text of a stranger is cleaned here. */
import type { Attachment, EmailAddress, EmailDetails, MessageRow } from '../../model/email';
import { answered, draft, flagged, forwarded, isUnread, junk, notJunk, seen } from '../../model/keywords';
import type { Mailbox } from '../../model/mailbox';
import { isRisky, isViewable, safeFileName } from '../../mail/file-name';
import type { Localiser } from '../format/language';
import { oneLine } from '../format/text';
import { mailboxIcon, mailboxName } from '../mailboxes/mailbox-names';
import { describeIntent, describeRefusal } from '../outbox/describe-change';
import type { AttachmentView, MessageView, PersonView } from './protocol';
import { hostToUnicode } from './punycode';

const invisible = /[\u00AD\u180E\u200B\u2060-\u2065\u206A-\u206F\uFEFF]/gu;

/**
 * One line without anything that is not seen but changes what is seen or compared: control characters, bidi overrides,
 * invisible letters. Joiners stay, emoji and Persian need them.
 */
export const cleanLine = (text: string, length: number): string =>
  oneLine(text.slice(0, length * 4).replace(invisible, ''), length);

export function personView({ name, email }: EmailAddress): PersonView {
  const address = cleanLine(email, 320);
  const cleaned = cleanLine(name ?? '', 200);
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const unicode = hostToUnicode(domain);
  return {
    name: cleaned === '' || cleaned.toLowerCase() === address.toLowerCase() ? null : cleaned,
    address,
    misleading: namesOtherAddress(cleaned, address),
    unicodeDomain: unicode === domain ? null : unicode,
  };
}

/** `"billing@bank.example" <x@evil.example>`: the classic. Full-width and other @ signs count as one. */
function namesOtherAddress(name: string, address: string): boolean {
  const named = /[^\s<>"'(),;:]+@[^\s<>"'(),;:]+\.[^\s<>"'(),;:]+/.exec(name.normalize('NFKC'))?.[0];
  return named !== undefined && named.toLowerCase() !== address.toLowerCase();
}

const knownKeywords = new Set([seen, flagged, answered, forwarded, draft, junk, notJunk]);
const maxPeople = 500;

export function messageView(
  email: EmailDetails,
  thread: readonly MessageRow[],
  mailboxes: readonly Mailbox[],
  l10n: Localiser,
): MessageView {
  const has = (keyword: string) => email.keywords.includes(keyword);
  const people = (list: readonly EmailAddress[]) => list.slice(0, maxPeople).map(personView);
  const notIn = (others: readonly EmailAddress[]) => (one: EmailAddress) =>
    !others.some((other) => other.email.toLowerCase() === one.email.toLowerCase());
  const { addresses } = email;
  const byId = new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox]));
  const inMailboxes = mailboxes.filter(({ id }) => email.mailboxIds.includes(id));
  return {
    emailId: email.emailId,
    subject: cleanLine(email.subject, 2000) || l10n.t('(no subject)'),
    from: people(addresses.from.length > 0 ? addresses.from : addresses.sender),
    sender: people(addresses.from.length > 0 ? addresses.sender.filter(notIn(addresses.from)) : []),
    replyTo: people(addresses.replyTo.filter(notIn(addresses.from))),
    to: people(addresses.to),
    cc: people(addresses.cc),
    bcc: people(addresses.bcc),
    sentAt: email.sentAt,
    receivedAt: email.receivedAt,
    size: email.size,
    mailboxes: inMailboxes.map((mailbox) => ({ name: mailboxName(mailbox, l10n), icon: mailboxIcon(mailbox) })),
    labels: email.keywords.filter((keyword) => !knownKeywords.has(keyword) && !keyword.startsWith('$')).slice(0, 50),
    unread: isUnread(email.keywords),
    flagged: has(flagged),
    answered: has(answered),
    forwarded: has(forwarded),
    draft: has(draft),
    junk: has(junk) || inMailboxes.some(({ role }) => role === 'junk'),
    pending: email.pending,
    refused: email.refused.map(({ changeId, intent, reason }) => ({
      changeId,
      what: describeIntent(intent, (id) => byId.get(id) ?? null, l10n),
      why: describeRefusal(reason, l10n),
    })),
    thread: thread.length > 1 ? [...thread].reverse().map(threadEntry) : [],
  };
}

function threadEntry(row: MessageRow): MessageView['thread'][number] {
  const [from] = row.from;
  return {
    emailId: row.emailId,
    from: cleanLine(from?.name ?? from?.email ?? '', 100),
    preview: cleanLine(row.preview, 200),
    receivedAt: row.receivedAt,
    unread: isUnread(row.keywords),
    flagged: row.keywords.includes(flagged),
    hasAttachment: row.hasAttachment,
    pending: row.pending,
  };
}

export function attachmentView(attachment: Attachment): AttachmentView {
  const { name, type, partId, size } = attachment;
  return {
    partId,
    name: safeFileName(name, type),
    type: cleanLine(type, 100),
    size,
    icon: attachmentIcon(type.toLowerCase(), safeFileName(name, type)),
    canOpen: isViewable(name, type),
    risky: isRisky(name, type),
  };
}

function attachmentIcon(type: string, name: string): string {
  if (isRisky(name, type)) return 'file-binary';
  if (type.startsWith('image/')) return 'file-media';
  if (type.startsWith('audio/') || type.startsWith('video/')) return 'play-circle';
  if (type === 'application/pdf') return 'file-pdf';
  if (/zip|compressed|tar|gzip|7z|rar/.test(type)) return 'file-zip';
  if (/patch|diff/.test(type) || /\.(?:patch|diff)$/i.test(name)) return 'diff';
  if (type === 'text/calendar') return 'calendar';
  if (type.startsWith('text/') || type === 'application/json') return 'file-code';
  return 'file';
}
