import PostalMime, { type Attachment as RawAttachment } from 'postal-mime';
import type { EmailBody } from '../../model/email';
import { SyncError } from '../sync-error';
import { listOf, octetsOf, pairsOf, type ImapResponse } from './attributes';
import { sequence, type ImapConnection } from './connection';
import { peekPart } from './peek-part';

/** Octets of a whole message that are read where its parts cannot be asked for. */
const longestRaw = 25_000_000;

/** What a part is called that only this side has found. */
const prefix = 'raw:';

/**
 * A message whose BODYSTRUCTURE the server cannot tell, or tells so that nobody can read it: all of it is fetched and
 * taken apart here.
 */
export async function readRawBody(connection: ImapConnection, uid: number, signal: AbortSignal): Promise<EmailBody> {
  const raw = await fetchRaw(connection, uid, signal);
  const { text, html, attachments } = await PostalMime.parse(raw);
  return {
    text: clean(text),
    html: clean(html),
    truncated: raw.length >= longestRaw,
    attachments: attachments.map((attachment, index) => {
      const cid = attachment.contentId?.replaceAll(/^<|>$/g, '') ?? null;
      return {
        partId: `${prefix}${index}`,
        blobId: null,
        name: attachment.filename,
        type: attachment.mimeType,
        size: octets(attachment).length,
        cid,
        inline: cid !== null && html?.includes(`cid:${cid}`) === true,
      };
    }),
  };
}

export const isRawPart = (partId: string): boolean => partId.startsWith(prefix);

export async function readRawPart(
  connection: ImapConnection,
  uid: number,
  partId: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const { attachments } = await PostalMime.parse(await fetchRaw(connection, uid, signal));
  const found = attachments[Number(partId.slice(prefix.length))];
  if (found === undefined) throw new SyncError('not-found', 'This message has no such attachment.');
  return octets(found);
}

async function fetchRaw(connection: ImapConnection, uid: number, signal: AbortSignal): Promise<Buffer> {
  const found: Buffer[] = [];
  const FETCH = ({ attributes = [] }: ImapResponse): void => {
    for (const [name, value] of pairsOf(listOf(attributes[1]) ?? [])) {
      const octets = octetsOf(value);
      if (name.section !== undefined && octets !== null) found.push(octets);
    }
  };
  await connection.command('UID FETCH', [sequence(String(uid)), [peekPart('', 0, longestRaw)]], { FETCH }, signal);
  const [raw] = found;
  if (raw === undefined) throw new SyncError('not-found', 'This message is no longer on the server.');
  return raw;
}

function octets({ content }: RawAttachment): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content));
}

function clean(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text.replaceAll('\r\n', '\n').replaceAll('\0', '').toWellFormed();
}
