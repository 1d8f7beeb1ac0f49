import { setDetails, type EmailDetail } from '../../db/imap-details';
import { previewOfText } from '../../mail/preview';
import type { MailboxId } from '../../model/ids';
import { listOf, numberOf, octetsOf, pairsOf, textOf, type ImapResponse } from './attributes';
import { listedParts, parseStructure, sortParts, type BodyPart } from './body-structure';
import { atom, sequence, type ImapConnection } from './connection';
import { decodeCharset, decodeTransfer } from './decode-part';
import { fetchAround } from './fetch-around';
import { peekPart } from './peek-part';
import type { ImapContext } from './imap-context';
import { formatUidSet } from './uid-set';

/** Octets of a text that are enough for a preview, encoded. */
const previewOctets = 1024;

/** Asks for the details of messages that are here, and stores them. */
export async function fetchDetails(
  { db }: ImapContext,
  connection: ImapConnection,
  mailboxId: MailboxId,
  uids: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  setDetails(db, mailboxId, await readDetails(connection, uids, signal));
}

/**
 * What the lists show besides the headers: whether there are attachments, and a preview. Asked for after the rows are
 * there, because it costs a server the reading of every message.
 */
export async function readDetails(
  connection: ImapConnection,
  uids: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, EmailDetail>> {
  if (uids.length === 0) return new Map();
  const previews = new Map<number, string>();
  const structures = await fetchStructures(connection, uids, previews, signal);
  await fetchPreviews(connection, structures, previews, signal);
  const details = new Map<number, EmailDetail>();
  for (const [uid, root] of structures) {
    const hasAttachment = root !== null && listedParts(sortParts(root)).length > 0;
    details.set(uid, { hasAttachment, preview: previews.get(uid) ?? '' });
  }
  return details;
}

async function fetchStructures(
  connection: ImapConnection,
  uids: readonly number[],
  previews: Map<number, string>,
  signal: AbortSignal,
): Promise<Map<number, BodyPart | null>> {
  const structures = new Map<number, BodyPart | null>();
  const FETCH = ({ attributes = [] }: ImapResponse): void => {
    const items = new Map(
      [...pairsOf(listOf(attributes[1]) ?? [])].map(([name, value]) => [textOf(name)?.toUpperCase(), value]),
    );
    const uid = numberOf(items.get('UID'));
    if (uid === null) return;
    if (items.has('BODYSTRUCTURE')) structures.set(uid, parseStructure(items.get('BODYSTRUCTURE')));
    const preview = octetsOf(items.get('PREVIEW'));
    if (preview !== null) previews.set(uid, previewOfText(preview.toString('utf8')));
  };
  // RFC 8970. Its older form, PREVIEW=FUZZY alone, is another command.
  const preview = connection.capabilities.has('PREVIEW') ? [atom('PREVIEW')] : [];
  const items = [atom('UID'), atom('BODYSTRUCTURE'), ...preview];
  await fetchAround(connection, 'UID FETCH', formatUidSet(uids), items, { FETCH }, signal);
  return structures;
}

/** The beginnings of the text parts, those at the same place in one command. */
async function fetchPreviews(
  connection: ImapConnection,
  structures: ReadonlyMap<number, BodyPart | null>,
  previews: Map<number, string>,
  signal: AbortSignal,
): Promise<void> {
  const byPath = new Map<string, Map<number, BodyPart>>();
  for (const [uid, root] of structures) {
    const part = root === null || previews.has(uid) ? undefined : previewPart(root);
    if (part === undefined) continue;
    const parts = byPath.get(part.path) ?? new Map<number, BodyPart>();
    byPath.set(part.path, parts.set(uid, part));
  }
  for (const [path, parts] of byPath) {
    const FETCH = ({ attributes = [] }: ImapResponse): void => {
      let uid: number | null = null;
      let octets: Buffer | null = null;
      for (const [name, value] of pairsOf(listOf(attributes[1]) ?? [])) {
        if (textOf(name)?.toUpperCase() === 'UID') uid = numberOf(value);
        else if (name.section !== undefined) octets = octetsOf(value);
      }
      const part = uid === null ? undefined : parts.get(uid);
      if (uid === null || part === undefined || octets === null) return;
      previews.set(uid, previewOfText(decodeCharset(decodeTransfer(octets, part.encoding), part.charset)));
    };
    const args = [sequence(formatUidSet(parts.keys())), [atom('UID'), peekPart(path, 0, previewOctets)]];
    await connection.command('UID FETCH', args, { FETCH }, signal);
  }
}

function previewPart(root: BodyPart): BodyPart | undefined {
  const { text, html } = sortParts(root);
  return [...text, ...html].find((part) => part.type.startsWith('text/'));
}
