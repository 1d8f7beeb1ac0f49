import { open, rm, type FileHandle } from 'node:fs/promises';
import type { EmailRef } from '../../db/emails';
import { diskError } from '../disk-error';
import { SyncError } from '../sync-error';
import { listOf, octetsOf, pairsOf, type ImapResponse } from './attributes';
import { atMessage, fetchStructure } from './body';
import type { BodyPart } from './body-structure';
import { sequence, type ImapConnection } from './connection';
import { decodeTransfer } from './decode-part';
import type { ImapContext } from './imap-context';
import { peekPart } from './peek-part';
import { isRawPart, readRawPart } from './read-raw';

/** Octets asked for at a time: others get their turn in between, and memory stays small. */
const chunkSize = 512 * 1024;

/** Streams a part's decoded octets into `file`, which must not exist yet; nothing of it stays on failure. */
export async function fetchPart(
  context: ImapContext,
  { email, partId }: { readonly email: EmailRef; readonly partId: string },
  file: string,
  limit: number,
  signal: AbortSignal,
): Promise<number> {
  const part = await atMessage(context, email, signal, async (connection, uid) => {
    if (isRawPart(partId)) return await readRawPart(connection, uid, partId, signal);
    const root = await fetchStructure(connection, uid, signal);
    const found = root === null ? null : findPart(root, partId);
    if (found === null) throw new SyncError('not-found', 'This message has no such attachment.');
    return found;
  });
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    throw diskError(error);
  });
  try {
    const size = await copyChunks(context, email, part, handle, limit, signal);
    await handle.close();
    return size;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(file, { force: true });
    throw error instanceof SyncError ? error : diskError(error);
  }
}

function findPart(root: BodyPart, path: string): BodyPart | null {
  if (root.path === path) return root;
  for (const part of root.parts) {
    const found = findPart(part, path);
    if (found !== null) return found;
  }
  return null;
}

async function copyChunks(
  context: ImapContext,
  email: EmailRef,
  part: BodyPart | Buffer,
  handle: FileHandle,
  limit: number,
  signal: AbortSignal,
): Promise<number> {
  let written = 0;
  const write = async (octets: Buffer): Promise<void> => {
    written += octets.length;
    if (written > limit) {
      const message = `This is larger than the ${Math.ceil(limit / 1e6)} MB that were allowed for it.`;
      throw new SyncError('too-large', message);
    }
    await handle.writeFile(octets).catch((error: unknown) => {
      throw diskError(error);
    });
  };
  if (Buffer.isBuffer(part)) {
    await write(part);
    return written;
  }
  const decoder = createDecoder(part.encoding);
  for (let start = 0; ;) {
    const chunk = await atMessage(context, email, signal, (connection, uid) =>
      fetchChunk(connection, uid, part.path, start, signal),
    );
    await write(decoder.push(chunk));
    start += chunk.length;
    // Some servers send less of a large part than was asked for, others tell a wrong size: an empty one is the end.
    if (chunk.length === 0 || (chunk.length < chunkSize && start >= part.size)) break;
  }
  await write(decoder.end());
  return written;
}

async function fetchChunk(
  connection: ImapConnection,
  uid: number,
  path: string,
  start: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const found: Buffer[] = [];
  const handlers = {
    FETCH: ({ attributes = [] }: ImapResponse) => {
      for (const [name, value] of pairsOf(listOf(attributes[1]) ?? [])) {
        if (name.section !== undefined) found.push(octetsOf(value) ?? Buffer.alloc(0));
      }
    },
  };
  const args = [sequence(String(uid)), [peekPart(path, start, chunkSize)]];
  await connection.command('UID FETCH', args, handlers, signal);
  const [octets] = found;
  if (octets === undefined) throw new SyncError('not-found', 'This message is no longer on the server.');
  return octets;
}

/** Frees chunks from their encoding: what a chunk's end cuts in two waits for the next. */
function createDecoder(encoding: string): { push(chunk: Buffer): Buffer; end(): Buffer } {
  let rest = '';
  const cut = (text: string): number => {
    if (encoding === 'base64') return text.length - (text.length % 4);
    // A line at a time: white space at its end is no part of it.
    return encoding === 'quoted-printable' ? text.lastIndexOf('\n') + 1 : text.length;
  };
  return {
    push(chunk) {
      const text = chunk.toString('latin1');
      const all = rest + (encoding === 'base64' ? text.replaceAll(/[^A-Za-z0-9+/=]/g, '') : text);
      const at = cut(all);
      rest = all.slice(at);
      return decodeTransfer(Buffer.from(all.slice(0, at), 'latin1'), encoding);
    },
    end: () => decodeTransfer(Buffer.from(rest, 'latin1'), encoding),
  };
}
