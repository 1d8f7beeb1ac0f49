import { chown, mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deliverByLmtp } from './lmtp';
import { message } from './messages';
import { connectRawImap } from './raw-imap';

/** Messages in one APPEND command. */
const batchSize = 200;

interface Range {
  /** How many messages to write. */
  count: number;
  /** Index of the first; 0 unless told. */
  offset?: number;
  /** Size of the whole mailbox that the indexes are of: `offset + count` unless told. */
  total?: number;
  seed?: number;
}

/** Writes generated messages into a mailbox of a server with MULTIAPPEND (RFC 3502) and LITERAL+ (RFC 7888). */
export async function seedImap(
  options: Range & { port: number; user: string; password: string; mailbox?: string },
): Promise<void> {
  const connection = await connectRawImap(options);
  for (const batch of batches(options)) {
    const parts = [`APPEND "${options.mailbox ?? 'INBOX'}"`];
    const literals = batch.flatMap(({ raw, date, flags }) => [
      Buffer.from(` (${flags.join(' ')}) "${internalDate(date)}" {${raw.length}+}\r\n`),
      raw,
    ]);
    await connection.send([...parts, Buffer.concat(literals)]);
  }
  await connection.logout();
}

function* batches({
  count,
  offset = 0,
  total = offset + count,
  seed = 1,
}: Range): Generator<ReturnType<typeof message>[]> {
  for (let done = 0; done < count; done += batchSize) {
    const size = Math.min(batchSize, count - done);
    yield Array.from({ length: size }, (_, index) => message(offset + done + index, { total, seed }));
  }
}

/** `dd-Mon-yyyy hh:mm:ss +0000`, of RFC 9051's date-time. */
function internalDate(date: Date): string {
  const [, day = '', month = '', year = '', time = ''] = date.toUTCString().split(/,? /);
  return `${day}-${month}-${year} ${time} +0000`;
}

/** The letters of a Maildir file name, in the order they must have; `a` is the first line of `dovecot-keywords`. */
const maildirFlags = [
  ['\\Flagged', 'F'],
  ['\\Answered', 'R'],
  ['\\Seen', 'S'],
  ['$Forwarded', 'a'],
] as const;

/**
 * Writes generated messages straight into a Maildir, much quicker than through Dovecot. The mailbox must not have been
 * opened with other messages before, since Dovecot numbers what it finds in the order of the file names.
 */
export async function seedMaildir(
  options: Range & { path: string; owner: { uid: number; gid: number } },
): Promise<void> {
  const { path: folder, owner } = options;
  for (const name of ['', 'cur', 'new', 'tmp']) {
    await mkdir(path.join(folder, name), { recursive: true });
    await chown(path.join(folder, name), owner.uid, owner.gid);
  }
  const keywords = path.join(folder, 'dovecot-keywords');
  await writeFile(keywords, '0 $Forwarded\n');
  await chown(keywords, owner.uid, owner.gid);
  let index = options.offset ?? 0;
  for (const batch of batches(options)) {
    for (const { raw, date, flags } of batch) {
      // Dovecot stores bare line feeds, and reads both sizes from the name instead of counting.
      const stored = Buffer.from(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
      const seconds = Math.floor(date.getTime() / 1000);
      const letters = maildirFlags.flatMap(([flag, letter]) => (flags.includes(flag) ? [letter] : [])).join('');
      const number = String(index++).padStart(8, '0');
      const name = `${seconds}.M${number}P1.generated,S=${stored.length},W=${raw.length}:2,${letters}`;
      const file = await open(path.join(folder, 'cur', name), 'w', 0o600);
      await file.writeFile(stored);
      await file.chown(owner.uid, owner.gid);
      await file.utimes(seconds, seconds);
      await file.close();
    }
  }
}

/** Delivers one message to a user, as from another server. Throws when the server refuses it. */
export async function deliver(options: {
  lmtpPort: number;
  /** The recipient's address. */
  user: string;
  raw: Buffer | string;
  from?: string;
}): Promise<void> {
  const raw = Buffer.isBuffer(options.raw) ? options.raw : Buffer.from(options.raw);
  const from = options.from ?? 'sender@elsewhere.example';
  await deliverByLmtp({ port: options.lmtpPort, from, to: [options.user], raw });
}
