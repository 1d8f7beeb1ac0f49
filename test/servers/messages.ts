import { noiseFor, bodyOf } from './generator/body';
import { ancestorsOf, conversationOf, type Conversation } from './generator/conversation';
import { base64Lines, encodeText, formatAddress, formatDate, serialize } from './generator/mime';
import { alice, pickPerson, type Person } from './generator/people';
import { random } from './generator/random';

export interface GeneratedMessage {
  /** RFC 5322 with CRLF line ends, about 15 KB in the mean. */
  readonly raw: Buffer;
  /** When it was received. */
  readonly date: Date;
  /** IMAP flags and keywords. */
  readonly flags: string[];
}

/** Where the newest message stands, and how far apart they are: 10,000 reach back seven months. */
const newest = Date.UTC(2026, 9, 31);
const intervalMs = 30 * 60_000;

/**
 * The message of this index in a mailbox of `total` (0 is the oldest), the same on every machine and in every run:
 * threads with branches, mailing lists, patches, newsletters, notifications; plain text, HTML, attachments, inline
 * images, invitations; eight languages, several charsets. Only dates and `\Seen` depend on `total`.
 */
export function message(index: number, options: { total?: number; seed?: number } = {}): GeneratedMessage {
  const { total = 10_000, seed = 1 } = options;
  if (!Number.isSafeInteger(index) || index < 0 || index >= total) {
    throw new RangeError(`no message ${index} in a mailbox of ${total}`);
  }
  const ancestors = ancestorsOf(index, seed);
  const about = conversationOf(ancestors[0] ?? index, seed);
  const date = new Date(newest - (total - index) * intervalMs);
  const body = bodyOf(index, ancestors.at(-1), about, seed);
  const headers = [...headersOf(index, ancestors, about, date, seed), 'MIME-Version: 1.0', ...body.headers];
  return { raw: serialize({ headers, body: body.body }), date, flags: flagsOf(index, total, seed) };
}

const messageId = (index: number, seed: number): string => `<m${index}.${seed}@gen.example>`;

function headersOf(index: number, ancestors: number[], about: Conversation, date: Date, seed: number): string[] {
  const draws = random(seed, index, 6);
  const { language, sender, participants, kind } = about;
  const isFromMachine = kind === 'newsletter' || kind === 'notification';
  const author: Person = isFromMachine && sender !== undefined ? sender : draws.pick(participants);
  const parent = ancestors.at(-1);
  const copies = draws.chance(0.2) ? [pickPerson(draws), pickPerson(draws)] : [];
  const recipient = sender !== undefined && !isFromMachine ? sender : alice;
  return [
    ...traceOf(index, date),
    `From: ${formatAddress(author)}`,
    `To: ${[recipient, ...(draws.chance(0.3) ? [pickPerson(draws)] : [])].map(formatAddress).join(',\r\n ')}`,
    ...(copies.length > 0 ? [`Cc: ${copies.map(formatAddress).join(',\r\n ')}`] : []),
    `Subject: ${encodeText(parent === undefined ? about.subject : `${language.reply}: ${about.subject}`)}`,
    `Date: ${formatDate(new Date(date.getTime() - draws.integer(2, 90) * 1000), language.timeZone)}`,
    `Message-ID: ${messageId(index, seed)}`,
    ...(parent === undefined ? [] : [`In-Reply-To: ${messageId(parent, seed)}`]),
    ...(ancestors.length === 0 ? [] : [`References: ${ancestors.map((one) => messageId(one, seed)).join('\r\n ')}`]),
    ...(sender === undefined ? [] : listHeaders(sender.listId, sender.email, index)),
  ];
}

/** What the servers on the way add. */
function traceOf(index: number, date: Date): string[] {
  const exchanger = `mx${index % 5}.example`;
  const queueId = (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(36).toUpperCase();
  const signature = base64Lines(noiseFor(index, 96)).replace(/\r\n/g, '\r\n\t ');
  return [
    `Return-Path: <bounce-${index}@host${index % 11}.example>`,
    `Received: from ${exchanger} (${exchanger} [192.0.2.${index % 250}])\r\n\tby mail.example.test (Postfix) with ESMTPS id ${queueId}\r\n\tfor <${alice.email}>; ${formatDate(date)}`,
    `Received: from relay.example ([198.51.100.${index % 200}])\r\n\tby ${exchanger} with SMTP; ${formatDate(new Date(date.getTime() - 4000))}`,
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=host${index % 11}.example; s=k1;\r\n\th=from:to:subject:date; bh=${noiseFor(index, 32).toString('base64')};\r\n\tb=${signature}`,
  ];
}

function listHeaders(listId: string, address: string, index: number): string[] {
  const leave = address.replace('@', '-leave@');
  return [
    `List-Id: <${listId}>`,
    `List-Post: <mailto:${address}>`,
    `List-Unsubscribe: <https://lists.example/u/${listId}?m=${index}>,\r\n\t<mailto:${leave}>`,
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'Precedence: list',
  ];
}

/** The older half is all read; of the newer some is not. */
function flagsOf(index: number, total: number, seed: number): string[] {
  const draws = random(seed, index, 7);
  const drawn = [draws.chance(0.85), draws.chance(0.1), draws.chance(0.03), draws.chance(0.02)];
  const isOld = index < total / 2;
  return ['\\Seen', '\\Answered', '\\Flagged', '$Forwarded'].filter(
    (flag, position) => drawn[position] === true || (flag === '\\Seen' && isOld),
  );
}
