import * as v from 'valibot';
import type { EmailRef } from '../../db/emails';
import { joinedHtml, joinedPlain } from '../../mail/joined-text';
import type { Attachment, EmailBody } from '../../model/email';
import { SyncError } from '../sync-error';
import { bodySchema, clean, getBodies, texts, type Body, type Part } from './body-values';
import type { JmapContext } from './jmap-context';
import { describeIssues } from './parse-answer';
import { getAnswer } from './schemas';

/** Octets of each text part that are fetched; what is longer is cut, and the reader says so. */
const longestText = 4_000_000;

/** Text, HTML and the attachments' metadata of a message (RFC 8621 §4.1.4). */
export async function fetchBody({ client }: JmapContext, email: EmailRef, signal: AbortSignal): Promise<EmailBody> {
  const bodies = await getBodies(
    email.remoteId === null ? [] : [email.remoteId],
    ['textBody', 'htmlBody', 'attachments'],
    longestText,
    async (ids, args) => {
      const answers = await client.request([{ name: 'Email/get', args: { ids, ...args }, id: 'b' }], signal);
      return answers.read('b', getAnswer).list.map(readBody);
    },
  );
  const [body] = bodies.values();
  if (body === undefined) throw new SyncError('not-found', 'This message is no longer on the server.');
  return toBody(body);
}

function readBody(item: unknown): Body {
  const result = v.safeParse(bodySchema, item);
  if (result.success) return result.output;
  const details = describeIssues(result.issues);
  throw new SyncError('protocol', 'The server sent a message body that makes no sense.', { details });
}

function toBody(body: Body): EmailBody {
  const html = joinedHtml(texts(body, body.htmlBody));
  const plain = joinedPlain(texts(body, body.textBody), html !== null);
  const referenced = (cid: string): boolean => html?.value.includes(`cid:${cid}`) === true;
  return {
    text: plain?.value ?? null,
    html: html?.value ?? null,
    truncated: plain?.truncated === true || html?.truncated === true,
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
