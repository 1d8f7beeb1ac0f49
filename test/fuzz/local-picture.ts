import { isDeepStrictEqual } from 'node:util';
import { listMailboxes } from '../../src/db/mailboxes';
import type { MailDb } from '../../src/db/mail-db';
import { getEmailDetails } from '../../src/db/message-lists';
import { getServerState } from '../../src/db/overlay';
import type { EmailId, MailboxId } from '../../src/model/ids';
import type { Picture, PictureMessage } from './fuzz-server';

export function remoteIdOf({ mail }: MailDb, id: MailboxId): string {
  return mail.get('SELECT remote_id FROM mailboxes WHERE id = ?', [id], (row) => row[0] as string) ?? `gone:${id}`;
}

export function subjectOf({ mail }: MailDb, id: EmailId): string {
  return mail.get('SELECT subject FROM emails WHERE id = ?', [id], (row) => row[0] as string) ?? `gone:${id}`;
}

/** What the database holds as the server's truth, whatever is shown. */
export function pictureOf(db: MailDb): Picture {
  const listed = new Map(listMailboxes(db).map((mailbox) => [mailbox.id, mailbox]));
  const mailboxes = db.mail.all('SELECT id, remote_id, parent_remote_id FROM mailboxes', [], (row) => ({
    mailbox: listed.get(row[0] as MailboxId),
    remoteId: row[1] as string,
    parent: row[2] as string | null,
  }));
  const emails = db.mail.all('SELECT id, subject, thread_id FROM emails', [], (row) => ({
    id: row[0] as EmailId,
    subject: row[1] as string,
    thread: row[2] as number,
  }));
  const threads = new Map<number, string[]>();
  for (const { thread, subject } of emails) threads.set(thread, [...(threads.get(thread) ?? []), subject]);
  const message = (id: EmailId, thread: number): PictureMessage => {
    const base = getServerState(db, id);
    return {
      keywords: base?.keywords ?? [],
      mailboxes: [...(base?.mailboxIds ?? [])].map((at) => remoteIdOf(db, at)).sort(),
      thread: (threads.get(thread) ?? []).sort().join(' + '),
    };
  };
  return {
    mailboxes: Object.fromEntries(
      mailboxes.map(({ mailbox, remoteId, parent }) => {
        const { name = '', total = -1, unread = -1 } = mailbox ?? {};
        return [remoteId, { name, parent, total, unread }];
      }),
    ),
    messages: Object.fromEntries(emails.map(({ id, subject, thread }) => [subject, message(id, thread)])),
  };
}

/** What must hold of any database at rest, whatever the server says. Returns what does not. */
export function inconsistencies(db: MailDb): string[] {
  const problems: string[] = [];
  const { mail } = db;
  for (const pragma of ['integrity_check', 'foreign_key_check'] as const) {
    const found = mail.all(`PRAGMA ${pragma}`, [], (row) => row.join(' ')).filter((line) => line !== 'ok');
    if (found.length > 0) problems.push(`${pragma}: ${found.join('; ')}`);
  }
  const sending = mail.get("SELECT count(*) FROM pending_changes WHERE state = 'sending'", [], (row) => row[0]);
  if (sending !== 0) problems.push(`${String(sending)} changes are left as being sent`);
  const wrong = mail.all(
    `SELECT name, total, unread, counted, unseen FROM (
       SELECT b.name, b.total, b.unread, count(e.id) AS counted, coalesce(sum(e.flags & 9 = 0), 0) AS unseen
       FROM mailboxes b LEFT JOIN email_mailboxes m ON m.mailbox_id = b.id AND m.shown = 1
       LEFT JOIN emails e ON e.id = m.email_id GROUP BY b.id)
     WHERE total <> counted OR unread <> unseen`,
    [],
    (row) => `${String(row[0])} counts ${row.slice(1, 3).join('/')} instead of ${row.slice(3).join('/')}`,
  );
  problems.push(...wrong);
  const doubles = mail.all('SELECT subject FROM emails GROUP BY subject HAVING count(*) > 1', [], (row) => row[0]);
  if (doubles.length > 0) problems.push(`twice here: ${doubles.join(', ')}`);
  for (const { id, waits } of mail.all(
    `SELECT e.id, EXISTS (SELECT 1 FROM pending_changes p WHERE p.resource_id = CAST(e.id AS TEXT) AND p.state <> 'failed')
     FROM emails e`,
    [],
    (row) => ({ id: row[0] as EmailId, waits: row[1] === 1 }),
  )) {
    const base = getServerState(db, id);
    const shown = getEmailDetails(db, id);
    if (base === undefined || shown === null || waits) continue;
    const [want, have] = [base, { keywords: shown.keywords, mailboxIds: shown.mailboxIds }].map(
      ({ keywords, mailboxIds }) => `${keywords.join(' ')} in ${[...mailboxIds].sort().join(' ')}`,
    );
    if (want !== have) problems.push(`${shown.subject} is shown as ${have}, but the server has ${want}`);
  }
  return problems;
}

/** Where two pictures are not the same, in words. */
export function differences(server: Picture, local: Picture): string[] {
  const problems: string[] = [];
  for (const what of ['mailboxes', 'messages'] as const) {
    for (const key of new Set([...Object.keys(server[what]), ...Object.keys(local[what])])) {
      const [theirs, ours] = [server[what][key], local[what][key]];
      if (isDeepStrictEqual(theirs, ours)) continue;
      const text = (one: unknown): string => (one === undefined ? 'nothing' : JSON.stringify(one));
      problems.push(`${what} ${key}: the server has ${text(theirs)}, here is ${text(ours)}`);
    }
  }
  return problems;
}
