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

/** What a check compares besides (S39): it cannot change, so here it can only be wrong. */
export const checkedProperties = [...changingProperties, 'threadId'] as const;

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
  if (!isRecord(item) || !isId(item.id)) return null;
  return {
    id: item.id,
    keywords: trueKeys(item.keywords),
    mailboxIds: trueKeys(item.mailboxIds)?.filter(isId) ?? null,
    fields: item,
  };
}

export function toServerEmail({ id, keywords, fields }: EmailItem, mailboxIds: ReadonlySet<MailboxId>): ServerEmail {
  const sentAt = readDate(fields.sentAt);
  return {
    remoteId: id,
    blobId: isId(fields.blobId) ? fields.blobId : null,
    // A message without a thread is one of its own.
    remoteThreadId: isId(fields.threadId) ? fields.threadId : `email:${id}`,
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
    subject: readText(fields.subject, longestText),
    sentAt,
    receivedAt: readDate(fields.receivedAt) ?? sentAt ?? 0,
    size: typeof fields.size === 'number' && fields.size > 0 ? Math.floor(Math.min(fields.size, maxSize)) : 0,
    preview: plainPreview(readText(fields.preview, longestText)),
    hasAttachment: fields.hasAttachment === true,
    keywords: keywords ?? [],
    mailboxIds,
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

/** Characters: a mail can say anything, and somebody's joke of a 10 MB name is in every answer it comes in. */
const longestText = 10_000;
const longestName = 1_000;
/** RFC 5322 §2.1.1: no line, and so no Message-ID, is longer. */
const longestMessageId = 998;
/** The first and the newest of a thread that has more. */
const mostMessageIds = 100;

/** No NUL (SQLite would end the text there), no half of a surrogate pair (UTF-8 cannot hold one). */
function readText(value: unknown, longest: number): string {
  if (typeof value !== 'string') return '';
  const text = value.length > longest ? value.slice(0, longest) : value;
  return (text.includes('\0') ? text.replaceAll('\0', '') : text).toWellFormed();
}

/** Message-IDs hold no white space: it separates them where they are kept. */
function readTexts(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const ids = value
    .filter((text): text is string => typeof text === 'string' && text.length <= longestMessageId)
    .map((text) => readText(text, longestMessageId).replaceAll(/\s+/g, ''))
    .filter((text) => text !== '');
  return ids.length <= mostMessageIds ? ids : [...ids.slice(0, 1), ...ids.slice(1 - mostMessageIds)];
}

function readAddresses(value: unknown): EmailAddress[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((address) => {
    const name = readText(address.name, longestName);
    return { name: name === '' ? null : name, email: readText(address.email, longestName) };
  });
}

/** The keys of a JMAP set (`{"$seen": true}`) that can be stored, joined by spaces. */
function trueKeys(value: unknown): string[] | null {
  if (!isRecord(value)) return null;
  return Object.keys(value).filter((key) => value[key] === true && isKeyword.test(key));
}

/** RFC 8621 §4.1.1 allows ASCII only; a server that gives others is understood. */
const isKeyword = /^[^\s\0\p{Surrogate}]{1,255}$/u;

/** RFC 8620 §1.2 allows fewer characters; none that could not be stored and sent again. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,255}$/.test(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
