import * as v from 'valibot';
import type { EmailRef } from '../../db/emails';
import type { Attachment, EmailBody } from '../../model/email';
import { SyncError } from '../sync-error';
import type { Call } from './client';
import type { JmapContext } from './jmap-context';
import { getAnswer } from './schemas';

/** Octets of each text part that are fetched; what is longer is cut, and the reader says so. */
const maxBodyValueBytes = 4_000_000;

const text = v.fallback(v.nullable(v.string()), null);
const partSchema = v.object({
  partId: text,
  blobId: text,
  size: v.fallback(v.number(), 0),
  name: text,
  type: v.fallback(v.string(), 'application/octet-stream'),
  cid: text,
  disposition: text,
});
type Part = v.InferOutput<typeof partSchema>;

const parts = v.fallback(v.array(partSchema), []);
const bodySchema = v.object({
  id: v.string(),
  textBody: parts,
  htmlBody: parts,
  attachments: parts,
  bodyValues: v.fallback(
    v.record(v.string(), v.object({ value: v.string(), isTruncated: v.fallback(v.boolean(), false) })),
    {},
  ),
});
type Body = v.InferOutput<typeof bodySchema>;

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
  const parsed = v.safeParse(bodySchema, item);
  if (!parsed.success) {
    const details = v.summarize(parsed.issues);
    throw new SyncError('protocol', 'The server sent a message body that makes no sense.', { details });
  }
  return toBody(parsed.output);
}

function toBody(body: Body): EmailBody {
  const plain = joined(body, body.textBody, 'text/plain');
  const html = joined(body, body.htmlBody, 'text/html');
  const referenced = (cid: string): boolean => html.value?.includes(`cid:${cid}`) === true;
  return {
    text: plain.value,
    html: html.value,
    truncated: plain.truncated || html.truncated,
    attachments: [...body.attachments, ...embedded(body)].map((part, index): Attachment => {
      const cid = part.cid?.replaceAll(/^<|>$/g, '') ?? null;
      return {
        partId: part.partId ?? `part-${index}`,
        blobId: part.blobId,
        name: part.name,
        type: part.type.toLowerCase(),
        size: Math.max(0, Math.floor(part.size)),
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

/** The parts of one type, one after the other; null: there is none. */
function joined(body: Body, of: readonly Part[], type: string): { value: string | null; truncated: boolean } {
  const values = of
    .filter((part) => part.type.toLowerCase() === type)
    .flatMap((part) => (part.partId === null ? [] : (body.bodyValues[part.partId] ?? [])));
  if (values.length === 0) return { value: null, truncated: false };
  const value = values
    .map((part) => part.value.replaceAll('\0', '').toWellFormed())
    .join(type === 'text/html' ? '<hr>' : '\n');
  return { value, truncated: values.some((part) => part.isTruncated) };
}
