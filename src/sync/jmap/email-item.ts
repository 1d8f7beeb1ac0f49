import { plainPreview } from '../../mail/preview';
import type { EmailAddress, ServerEmail } from '../../model/email';
import type { MailboxId } from '../../model/ids';

/** What is asked of a message for the lists (RFC 8621 §4.1). */
export const listProperties = [
  'id',
  'blobId',
  'threadId',
  'mailboxIds',
  'keywords',
  'size',
  'receivedAt',
  'messageId',
  'inReplyTo',
  'references',
  'sender',
  'from',
  'to',
  'cc',
  'bcc',
  'replyTo',
  'subject',
  'sentAt',
  'hasAttachment',
  'preview',
] as const;

/** What can change of a message. */
export const changingProperties = ['id', 'keywords', 'mailboxIds'] as const;

/**
 * One message as the server sent it, made sane: a mail can hold anything, and one odd message must not stop a page. Only
 * what cannot be done without is required: an id. By hand, because this runs for every message of a first sync.
 */
export interface EmailItem {
  readonly id: string;
  /** Null: not sent, or not an object. */
  readonly keywords: readonly string[] | null;
  readonly mailboxIds: readonly string[] | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Null: not a message at all. */
export function readEmailItem(item: unknown): EmailItem | null {
  if (!isRecord(item) || typeof item.id !== 'string' || item.id === '') return null;
  return {
    id: item.id,
    keywords: trueKeys(item.keywords),
    mailboxIds: trueKeys(item.mailboxIds),
    fields: item,
  };
}

export function toServerEmail(
  { id, keywords, fields }: EmailItem,
  locations: ReadonlyMap<MailboxId, number | null>,
): ServerEmail {
  const sentAt = readDate(fields.sentAt);
  return {
    remoteId: id,
    blobId: typeof fields.blobId === 'string' ? fields.blobId : null,
    // A message without a thread is one of its own.
    remoteThreadId: typeof fields.threadId === 'string' ? fields.threadId : `email:${id}`,
    messageId: readTexts(fields.messageId),
    inReplyTo: readTexts(fields.inReplyTo),
    references: readTexts(fields.references),
    addresses: {
      from: readAddresses(fields.from),
      sender: readAddresses(fields.sender),
      replyTo: readAddresses(fields.replyTo),
      to: readAddresses(fields.to),
      cc: readAddresses(fields.cc),
      bcc: readAddresses(fields.bcc),
    },
    subject: readText(fields.subject),
    sentAt,
    receivedAt: readDate(fields.receivedAt) ?? sentAt ?? 0,
    size: typeof fields.size === 'number' && fields.size > 0 ? Math.floor(Math.min(fields.size, maxSize)) : 0,
    preview: plainPreview(readText(fields.preview)),
    hasAttachment: fields.hasAttachment === true,
    keywords: keywords ?? [],
    locations,
  };
}

const maxSize = Number.MAX_SAFE_INTEGER;
/** Years that a list can show and sort by: mail claims to be of year 0 and of year 9999. */
const earliest = Date.UTC(1970, 0, 1);
const latest = Date.UTC(9999, 11, 31);

function readDate(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : Math.min(Math.max(time, earliest), latest);
}

/** No NUL (SQLite would end the text there), no half of a surrogate pair (UTF-8 cannot hold one). */
function readText(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value.includes('\0') ? value.replaceAll('\0', '').toWellFormed() : value.toWellFormed();
}

/** Message-IDs hold no white space: it separates them where they are kept. */
function readTexts(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter((text): text is string => typeof text === 'string')
    .map((text) => readText(text).replaceAll(/\s+/g, ''))
    .filter((text) => text !== '');
}

function readAddresses(value: unknown): EmailAddress[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((address) => ({
    name: typeof address.name === 'string' && address.name !== '' ? readText(address.name) : null,
    email: readText(address.email),
  }));
}

/** The keys of a JMAP set (`{"$seen": true}`). */
function trueKeys(value: unknown): string[] | null {
  if (!isRecord(value)) return null;
  return Object.keys(value).filter((key) => value[key] === true && key !== '' && !/[\s\0]/.test(key));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
