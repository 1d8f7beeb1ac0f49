import type { EmailRef } from '../../db/emails';
import { placesOf } from '../../db/imap-messages';
import { remoteMailboxId } from '../../db/mailboxes';
import { joinedHtml, joinedPlain, type TextPiece } from '../../mail/joined-text';
import type { Attachment, EmailBody } from '../../model/email';
import { SyncError } from '../sync-error';
import { listOf, octetsOf, pairsOf, textOf, type ImapResponse } from './attributes';
import { listedParts, parseStructure, sortParts, type BodyPart } from './body-structure';
import { getCheckpoint } from './checkpoint';
import { atom, sequence, type ImapConnection } from './connection';
import { decodeCharset, decodeTransfer } from './decode-part';
import type { ImapContext } from './imap-context';
import { CommandRefused } from './imap-error';
import { readRawBody } from './read-raw';
import { peekPart } from './peek-part';
import { openMailbox } from './select';

/** Octets of each text part that are fetched, as encoded; what is longer is cut, and the reader says so. */
const longestText = 4_000_000;

/** Text, HTML and the attachments' metadata of a message, as the reader shows them. */
export async function fetchBody(context: ImapContext, email: EmailRef, signal: AbortSignal): Promise<EmailBody> {
  return await atMessage(context, email, signal, async (connection, uid) => {
    const root = await fetchStructure(connection, uid, signal);
    if (root === null) return await readRawBody(connection, uid, signal);
    const sorted = sortParts(root);
    const { text, html } = sorted;
    const wanted = new Set([...text, ...html].filter((part) => part.type.startsWith('text/')));
    const values = await fetchTexts(connection, uid, [...wanted], signal);
    const pieces = (parts: readonly BodyPart[]): TextPiece[] => parts.flatMap((part) => values.get(part) ?? []);
    const rich = joinedHtml(pieces(html));
    const plain = joinedPlain(pieces(text), rich !== null);
    return {
      text: plain?.value ?? null,
      html: rich?.value ?? null,
      truncated: plain?.truncated === true || rich?.truncated === true,
      attachments: listedParts(sorted).map((part) => toAttachment(part, rich?.value ?? null)),
    };
  });
}

/**
 * A message by its first copy that the server gives: one mailbox may be locked, or another client have emptied it. If it
 * gives none, what it said of them; `not-found` if there is none any more.
 */
export async function atMessage<T>(
  { work, db, accountId }: ImapContext,
  email: EmailRef,
  signal: AbortSignal,
  run: (connection: ImapConnection, uid: number) => Promise<T>,
): Promise<T> {
  return await work.turn(
    'read',
    async (connection) => {
      let failure: SyncError | null = null;
      for (const { mailboxId, uid } of placesOf(db, email.id)) {
        const path = remoteMailboxId(db, mailboxId);
        const checkpoint = getCheckpoint(db, accountId, mailboxId);
        if (path === undefined || checkpoint === null) continue;
        try {
          const selected = await openMailbox(connection, path, signal);
          if (selected.uidValidity === checkpoint.uidValidity) return await run(connection, uid);
        } catch (error) {
          if (!isOfOneCopy(error)) throw error;
          // That it cannot be had now says more than that it is not there.
          if (failure?.isTransient !== true) failure = error;
        }
      }
      throw failure ?? new SyncError('not-found', 'This message is no longer where it was on the server.');
    },
    signal,
  );
}

function isOfOneCopy(error: unknown): error is SyncError {
  if (error instanceof CommandRefused) return error.reason !== 'rate-limited' && error.reason !== 'auth';
  return error instanceof SyncError && error.reason === 'not-found';
}

/** Null: the server does not tell, or nobody can read it. */
export async function fetchStructure(
  connection: ImapConnection,
  uid: number,
  signal: AbortSignal,
): Promise<BodyPart | null> {
  const found: (BodyPart | null)[] = [];
  const handlers = {
    FETCH: ({ attributes = [] }: ImapResponse) => {
      for (const [name, value] of pairsOf(listOf(attributes[1]) ?? [])) {
        if (textOf(name)?.toUpperCase() === 'BODYSTRUCTURE') found.push(parseStructure(value));
      }
    },
  };
  const items = [atom('UID'), atom('BODYSTRUCTURE')];
  try {
    await connection.command('UID FETCH', [sequence(String(uid)), items], handlers, signal);
  } catch (error) {
    if (!(error instanceof CommandRefused) || error.isTransient || error.reason === 'auth') throw error;
  }
  return found[0] ?? null;
}

async function fetchTexts(
  connection: ImapConnection,
  uid: number,
  parts: readonly BodyPart[],
  signal: AbortSignal,
): Promise<Map<BodyPart, TextPiece>> {
  const values = new Map<BodyPart, TextPiece>();
  if (parts.length === 0) return values;
  const byPath = new Map(parts.map((part) => [part.path, part]));
  const items = parts.map((part) => peekPart(part.path, 0, longestText));
  const handlers = {
    FETCH: ({ attributes = [] }: ImapResponse) => {
      for (const [name, value] of pairsOf(listOf(attributes[1]) ?? [])) {
        const part = byPath.get(textOf(name.section?.[0]) ?? '');
        const octets = octetsOf(value);
        if (part === undefined || octets === null) continue;
        const text = decodeCharset(decodeTransfer(octets, part.encoding), part.charset);
        const truncated = part.size > octets.length && octets.length >= longestText;
        values.set(part, { type: part.type, value: text, truncated });
      }
    },
  };
  await connection.command('UID FETCH', [sequence(String(uid)), [atom('UID'), ...items]], handlers, signal);
  return values;
}

function toAttachment(part: BodyPart, html: string | null): Attachment {
  return {
    partId: part.path,
    blobId: null,
    name: part.name,
    type: part.type,
    size: decodedSize(part),
    cid: part.cid,
    inline: part.cid !== null && html?.includes(`cid:${part.cid}`) === true,
  };
}

/** BODYSTRUCTURE tells the encoded size; of base64 with its line ends three quarters of 76/78 are octets. */
function decodedSize({ size, encoding }: BodyPart): number {
  return encoding === 'base64' ? Math.floor((size * 76 * 3) / (78 * 4)) : size;
}
