import { unpackKeywords } from '../../src/db/keyword-columns';
import type { MailDb } from '../../src/db/mail-db';
import { connectRawImap } from '../servers/raw-imap';

/** One message in one mailbox, by what both sides can tell of it without knowing each other. */
type Line = string;

/** Every message that the server has, over a bare connection: mailbox, Message-ID, size, and flags as keywords. */
export async function serverLines(login: { port: number; user: string; password: string }): Promise<Line[]> {
  const raw = await connectRawImap(login);
  const lines: Line[] = [];
  for (const response of await raw.command('LIST "" "*"')) {
    const match = /^\* LIST \(([^)]*)\) (?:"[^"]*"|NIL) (?:"((?:[^"\\]|\\.)*)"|(\S+))$/i.exec(response);
    const path = match?.[2] ?? match?.[3];
    if (match === null || path === undefined || /\\no(select|nexistent)/i.test(match[1] ?? '')) continue;
    const [exists] = (await raw.command(`EXAMINE "${path}"`)).flatMap(
      (line) => /^\* (\d+) EXISTS/.exec(line)?.[1] ?? [],
    );
    if (Number(exists) === 0) continue;
    for (const fetched of await raw.command('FETCH 1:* (FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])')) {
      const flags = /FLAGS \(([^)]*)\)/.exec(fetched)?.[1] ?? '';
      if (/\\Deleted/i.test(flags)) continue;
      const size = /RFC822\.SIZE (\d+)/.exec(fetched)?.[1] ?? '';
      const id = /Message-ID:\s*<([^>]*)>/i.exec(fetched)?.[1] ?? '';
      lines.push(line(path.toUpperCase() === 'INBOX' ? 'INBOX' : path, id, Number(size), flags.split(' ')));
    }
  }
  await raw.logout();
  return lines.sort();
}

/** The same of what is shown here. */
export function localLines({ mail }: MailDb): Line[] {
  return mail
    .all(
      `SELECT b.remote_id, e.message_id, e.size, e.flags, e.keywords FROM email_mailboxes m
       JOIN emails e ON e.id = m.email_id JOIN mailboxes b ON b.id = m.mailbox_id WHERE m.shown = 1`,
      [],
      (row) => {
        const keywords = unpackKeywords(row[3] as number, row[4] as string);
        return line(row[0] as string, row[1] as string, row[2] as number, keywords);
      },
    )
    .sort();
}

function line(path: string, messageId: string, size: number, flags: readonly string[]): Line {
  const keywords = flags
    .map((flag) => flag.toLowerCase().replace(/^\\/, '$'))
    .filter((flag) => flag !== '' && flag !== '$recent')
    .sort();
  return `${path} <${messageId}> ${size} ${keywords.join(',')}`;
}

/** What is wrong with our own bookkeeping; empty where all is well. */
export function inconsistencies({ mail }: MailDb): string[] {
  const count = (name: string, sql: string): string[] => {
    const found = mail.get(sql, [], (row) => row[0] as number) ?? 0;
    return found === 0 ? [] : [`${found} ${name}`];
  };
  return [
    ...count(
      'messages shown nowhere',
      `SELECT count(*) FROM emails e WHERE NOT EXISTS
      (SELECT 1 FROM email_mailboxes m WHERE m.email_id = e.id) AND NOT EXISTS
      (SELECT 1 FROM imap_messages i WHERE i.email_id = e.id)`,
    ),
    ...count('messages without a place', 'SELECT count(*) FROM imap_unplaced'),
    ...count(
      'wrong totals',
      `SELECT count(*) FROM mailboxes b WHERE total <>
      (SELECT count(*) FROM email_mailboxes m WHERE m.mailbox_id = b.id AND m.shown = 1)`,
    ),
    ...count(
      'locations of another thread',
      `SELECT count(*) FROM email_mailboxes m JOIN emails e ON e.id = m.email_id
      WHERE m.thread_id <> e.thread_id`,
    ),
  ];
}
