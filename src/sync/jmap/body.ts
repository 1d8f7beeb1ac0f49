import * as v from 'valibot';
import type { EmailRef } from '../../db/emails';
import type { Attachment, EmailBody } from '../../model/email';
import { SyncError } from '../sync-error';
import type { Call } from './client';
import type { JmapContext } from './jmap-context';
import { describeIssues } from './parse-answer';
import { getAnswer } from './schemas';

/** Octets of each text part that are fetched; what is longer is cut, and the reader says so. */
const maxBodyValueBytes = 4_000_000;

const text = v.fallback(v.nullable(v.string()), null);
const partSchema = v.object({
  partId: text,
  blobId: text,
  size: v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)), 0),
  name: text,
  type: v.fallback(v.string(), 'application/octet-stream'),
  cid: text,
  disposition: text,
});
type Part = v.InferOutput<typeof partSchema>;
const valueSchema = v.object({ value: v.string(), isTruncated: v.fallback(v.boolean(), false) });
type Value = v.InferOutput<typeof valueSchema>;

/** Each part by itself, so that one that makes no sense spoils no other. */
const parts = v.pipe(
  v.fallback(v.array(v.unknown()), []),
  v.transform((list) => list.flatMap((item): Part[] => parsed(partSchema, item))),
);
const bodySchema = v.object({
  id: v.string(),
  textBody: parts,
  htmlBody: parts,
  attachments: parts,
  bodyValues: v.pipe(
    v.fallback(v.record(v.string(), v.unknown()), {}),
    v.transform(
      (values): ReadonlyMap<string, Value> =>
        new Map(Object.entries(values).flatMap(([id, value]) => parsed(valueSchema, value).map((one) => [id, one]))),
    ),
  ),
});
type Body = v.InferOutput<typeof bodySchema>;

function parsed<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S>[] {
  const result = v.safeParse(schema, value);
  return result.success ? [result.output] : [];
}

/** Text, HTML and the attachments' metadata of a message (RFC 8621 §4.1.4). */
export async function fetchBody({ client }: JmapContext, email: EmailRef, signal: AbortSignal): Promise<EmailBody> {
  const call: Call = {
    name: 'Email/get',
    args: {
      ids: [email.remoteId],
      properties: ['id', 'textBody', 'htmlBody', 'attachments', 'bodyValues'],
      bodyProperties: ['partId', 'blobId', 'size', 'name', 'type', 'cid', 'disposition'],
      fetchTextBodyValues: true,
      fetchHTMLBodyValues: true,
      maxBodyValueBytes,
    },
    id: 'b',
  };
  const answers = await client.request([call], signal);
  const [item] = answers.read('b', getAnswer).list;
  if (item === undefined) throw new SyncError('not-found', 'This message is no longer on the server.');
  const result = v.safeParse(bodySchema, item);
  if (result.success) return toBody(result.output);
  const details = describeIssues(result.issues);
  throw new SyncError('protocol', 'The server sent a message body that makes no sense.', { details });
}

function toBody(body: Body): EmailBody {
  const html = htmlOf(body);
  const plain = plainOf(body, html !== null);
  const referenced = (cid: string): boolean => html?.value.includes(`cid:${cid}`) === true;
  return {
    text: plain?.value ?? null,
    html: html?.value ?? null,
    truncated: plain?.isTruncated === true || html?.isTruncated === true,
    attachments: [...body.attachments, ...embedded(body)].map((part, index): Attachment => {
      const cid = part.cid?.replaceAll(/^<|>$/g, '') ?? null;
      return {
        partId: part.partId ?? `part-${index}`,
        blobId: part.blobId,
        name: part.name === null ? null : clean(part.name),
        type: part.type.toLowerCase(),
        size: Math.floor(part.size),
        cid,
        inline: cid !== null && referenced(cid),
      };
    }),
  };
}

/** Parts of the body that are no text: pictures between paragraphs, which `attachments` leaves out. */
function embedded({ textBody, htmlBody, attachments }: Body): Part[] {
  const listed = new Set(attachments.map((part) => part.partId));
  const found = new Map<string | null, Part>();
  for (const part of [...htmlBody, ...textBody]) {
    if (!part.type.toLowerCase().startsWith('text/') && !listed.has(part.partId)) found.set(part.partId, part);
  }
  return [...found.values()];
}

const isType = (part: Part, type: string): boolean => part.type.toLowerCase() === type;
const clean = (value: string): string => value.replaceAll('\0', '').toWellFormed();

/** The values of the text parts among these, in order. */
function texts({ bodyValues }: Body, of: readonly Part[]): { readonly part: Part; readonly value: Value }[] {
  return of.flatMap((part) => {
    const value = part.partId === null ? undefined : bodyValues.get(part.partId);
    return value === undefined ? [] : [{ part, value: { ...value, value: clean(value.value) } }];
  });
}

const anyTruncated = (of: readonly { readonly value: Value }[]): boolean => of.some(({ value }) => value.isTruncated);

/** What is shown as HTML; null: there is none. Plain parts among it (a mailing list's footer) are shown in their place. */
function htmlOf(body: Body): Value | null {
  const all = texts(body, body.htmlBody);
  if (!all.some(({ part }) => isType(part, 'text/html'))) return null;
  const pieces = all.map(({ part, value }) => (isType(part, 'text/html') ? value.value : asHtml(value.value)));
  return { value: pieces.join('<hr>'), isTruncated: anyTruncated(all) };
}

/** What is shown as plain text; null: there is none, or not all of it is (then the HTML is whole). */
function plainOf(body: Body, hasHtml: boolean): Value | null {
  const all = texts(body, body.textBody);
  const plain = all.filter(({ part }) => isType(part, 'text/plain'));
  if (plain.length === 0 || (hasHtml && plain.length < all.length)) return null;
  return { value: plain.map(({ value }) => value.value).join('\n'), isTruncated: anyTruncated(plain) };
}

function asHtml(plain: string): string {
  const escaped = plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<div style="white-space:pre-wrap">${escaped}</div>`;
}
