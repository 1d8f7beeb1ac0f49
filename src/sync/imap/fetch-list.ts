import type { ImapEmail } from '../../db/imap-messages';
import { listOf, numberOf, octetsOf, pairsOf, textOf, textsOf, type ImapNode, type ImapResponse } from './attributes';
import { atom, sequence, type Argument, type ImapConnection } from './connection';
import { fetchAround } from './fetch-around';
import {
  addressField,
  dateField,
  listFields,
  messageIdField,
  parseHeader,
  parseTime,
  textField,
} from './header-fields';
import { keywordsOf } from './flags';

/** One message as the server told of it, before anything is made of it. */
interface FetchedItem {
  readonly uid: number;
  flags: readonly string[] | null;
  header: Buffer | null;
  internalDate: string | null;
  size: number | null;
  emailId: string | null;
  threadId: string | null;
}

/** What is asked of each message for the lists. `BODY.PEEK` marks nothing as read (S23). */
function listItems(connection: ImapConnection): Argument[] {
  const header = { type: 'ATOM', value: 'BODY.PEEK', section: [atom('HEADER.FIELDS'), listFields.map(atom)] } as const;
  return [...markItems(connection), header];
}

/** What tells one message from another without reading it, and its flags. */
function markItems({ capabilities }: ImapConnection): Argument[] {
  const ids = capabilities.has('OBJECTID')
    ? [atom('EMAILID'), atom('THREADID')]
    : capabilities.has('X-GM-EXT-1')
      ? [atom('X-GM-MSGID'), atom('X-GM-THRID')]
      : [];
  return [atom('UID'), atom('FLAGS'), atom('INTERNALDATE'), atom('RFC822.SIZE'), ...ids];
}

/** What a check compares (S39). Null: the server did not say. */
export interface Mark {
  readonly keywords: readonly string[];
  readonly size: number | null;
  readonly receivedAt: number | null;
  readonly remoteId: string | null;
}

/** By UID; what is gone is left out. */
export async function fetchMarks(
  connection: ImapConnection,
  uids: string,
  signal: AbortSignal,
): Promise<Map<number, Mark>> {
  const found = new Map<number, FetchedItem>();
  const handlers = { FETCH: (response: ImapResponse) => collect(response, found) };
  await connection.command('UID FETCH', [sequence(uids), markItems(connection)], handlers, signal);
  const marks = new Map<number, Mark>();
  for (const [uid, { flags, size, internalDate, emailId }] of found) {
    if (flags === null) continue;
    const receivedAt = parseTime(internalDate ?? '');
    marks.set(uid, { keywords: keywordsOf(flags), size, receivedAt, remoteId: emailId });
  }
  return marks;
}

/** Messages by UID set or, for the newest of a mailbox just selected, by sequence numbers. What is gone is left out. */
export async function fetchList(
  connection: ImapConnection,
  range: { readonly uids: string } | { readonly numbers: string },
  signal: AbortSignal,
): Promise<ImapEmail[]> {
  const [name, set] = 'uids' in range ? (['UID FETCH', range.uids] as const) : (['FETCH', range.numbers] as const);
  const found = new Map<number, FetchedItem>();
  const handlers = { FETCH: (response: ImapResponse) => collect(response, found) };
  await fetchAround(connection, name, set, listItems(connection), handlers, signal);
  // A flag update of a message that was not asked for looks the same, but for what it lacks.
  return [...found.values()].flatMap((item) => toListed(item) ?? []);
}

/** A server may tell of one message in several responses. */
function collect({ attributes = [] }: ImapResponse, found: Map<number, FetchedItem>): void {
  const pairs = [...pairsOf(listOf(attributes[1]) ?? [])];
  const uid = numberOf(pairs.find(([name]) => textOf(name)?.toUpperCase() === 'UID')?.[1]);
  if (uid === null || uid === 0) return;
  let item = found.get(uid);
  if (item === undefined) {
    item = { uid, flags: null, header: null, internalDate: null, size: null, emailId: null, threadId: null };
    found.set(uid, item);
  }
  for (const [name, value] of pairs) take(item, textOf(name)?.toUpperCase() ?? '', value);
}

function take(item: FetchedItem, name: string, value: ImapNode): void {
  switch (name) {
    case 'FLAGS':
      item.flags = textsOf(value);
      break;
    case 'BODY':
      // NIL: a message without a header.
      item.header = octetsOf(value) ?? Buffer.alloc(0);
      break;
    case 'INTERNALDATE':
      item.internalDate = textOf(value);
      break;
    case 'RFC822.SIZE':
      item.size = numberOf(value);
      break;
    case 'EMAILID':
      item.emailId = textsOf(value)[0] ?? null;
      break;
    case 'THREADID':
      item.threadId = textsOf(value)[0] ?? null;
      break;
    case 'X-GM-MSGID':
      item.emailId = prefixed('gm:', textOf(value));
      break;
    case 'X-GM-THRID':
      item.threadId = prefixed('gm:', textOf(value));
      break;
  }
}

const prefixed = (prefix: string, id: string | null): string | null => (id === null ? null : prefix + id);

function toListed(item: FetchedItem): ImapEmail | null {
  const { uid, flags, header, emailId, threadId } = item;
  if (flags === null || header === null) return null;
  const fields = parseHeader(header);
  const from = addressField(fields, 'from');
  const sentAt = dateField(fields, 'date');
  const type = textField(fields, 'content-type').toLowerCase();
  return {
    uid,
    remoteId: emailId,
    blobId: null,
    remoteThreadId: threadId,
    messageId: messageIdField(fields, 'message-id'),
    inReplyTo: messageIdField(fields, 'in-reply-to'),
    references: messageIdField(fields, 'references'),
    addresses: {
      from,
      sender: addressField(fields, 'sender'),
      replyTo: addressField(fields, 'reply-to'),
      to: addressField(fields, 'to'),
      cc: addressField(fields, 'cc'),
      bcc: addressField(fields, 'bcc'),
    },
    subject: textField(fields, 'subject'),
    sentAt,
    receivedAt: parseTime(item.internalDate ?? '') ?? sentAt ?? 0,
    size: item.size ?? 0,
    preview: '',
    // Known for certain only with the structure; until then the usual case.
    hasAttachment: type.startsWith('multipart/mixed'),
    keywords: keywordsOf(flags),
  };
}
