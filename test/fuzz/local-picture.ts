import { isDeepStrictEqual } from 'node:util';
import { listMailboxes } from '../../src/db/mailboxes';
import type { MailDb } from '../../src/db/mail-db';
import { getEmailDetails } from '../../src/db/message-lists';
import { getServerState } from '../../src/db/overlay';
import type { EmailId, MailboxId } from '../../src/model/ids';
import { combineCopies, countMailboxes, type Picture, type PictureMessage } from './picture';

export function remoteIdOf({ mail }: MailDb, id: MailboxId): string {
  return mail.get('SELECT remote_id FROM mailboxes WHERE id = ?', [id], (row) => row[0] as string) ?? `gone:${id}`;
}

export function subjectOf({ mail }: MailDb, id: EmailId): string {
  return mail.get('SELECT subject FROM emails WHERE id = ?', [id], (row) => row[0] as string) ?? `gone:${id}`;
}

/** What the database holds as the server's truth, whatever is shown. Copies without an id in common are one here too. */
export function pictureOf(db: MailDb): Picture {
  const listed = new Map(listMailboxes(db).map((mailbox) => [mailbox.id, mailbox]));
  const emails = db.mail.all('SELECT id, subject, thread_id FROM emails', [], (row) => ({
    id: row[0] as EmailId,
    subject: row[1] as string,
    thread: row[2] as number,
  }));
  const threads = new Map<number, Set<string>>();
  for (const { thread, subject } of emails) threads.set(thread, (threads.get(thread) ?? new Set()).add(subject));
  const bySubject = new Map<string, typeof emails>();
  for (const email of emails) bySubject.set(email.subject, [...(bySubject.get(email.subject) ?? []), email]);
  const message = (copies: typeof emails): PictureMessage => {
    const bases = copies.flatMap(({ id }) => getServerState(db, id) ?? []);
    const visible = bases.filter(({ mailboxIds }) => mailboxIds.size > 0);
    return {
      keywords: combineCopies((visible.length > 0 ? visible : bases).map(({ keywords }) => keywords)),
      mailboxes: bases.flatMap(({ mailboxIds }) => [...mailboxIds].map((at) => remoteIdOf(db, at))).sort(),
      thread: [...new Set(copies.map(({ thread }) => [...(threads.get(thread) ?? [])].sort().join(' + ')))]
        .sort()
        .join(' | '),
    };
  };
  const messages = Object.fromEntries([...bySubject].map(([subject, copies]) => [subject, message(copies)]));
  const counts = countMailboxes(messages);
  const mailboxes = db.mail.all('SELECT id, remote_id, parent_remote_id FROM mailboxes', [], (row) => {
    const [id, remoteId, parent] = [row[0] as MailboxId, row[1] as string, row[2] as string | null];
    const { name = '', isSubscribed = false, rights } = listed.get(id) ?? {};
    const { total, unread } = counts.get(remoteId) ?? { total: 0, unread: 0 };
    return [remoteId, { name, parent, total, unread, isNode: rights?.mayReadItems !== true, isSubscribed }] as const;
  });
  return { mailboxes: Object.fromEntries(mailboxes), messages };
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
  const counted = mail.all(
    `SELECT b.id, count(e.id), coalesce(sum(e.flags & 9 = 0), 0)
     FROM mailboxes b LEFT JOIN email_mailboxes m ON m.mailbox_id = b.id AND m.shown = 1
     LEFT JOIN emails e ON e.id = m.email_id GROUP BY b.id`,
    [],
    (row) => [row[0] as MailboxId, `${String(row[1])}/${String(row[2])}`] as const,
  );
  const inside = new Map(counted);
  for (const { id, name, total, unread } of listMailboxes(db)) {
    const shown = `${total}/${unread}`;
    if (shown !== inside.get(id)) problems.push(`${name} counts ${shown} instead of ${inside.get(id) ?? 'nothing'}`);
  }
  const list = (what: string, sql: string): void => {
    const found = mail.all(sql, [], (row) => row[0] as string);
    if (found.length > 0) problems.push(`${what}: ${found.join(', ')}`);
  };
  // Without ids, copies of one message are messages of their own.
  const withIds = 'SELECT subject FROM emails WHERE remote_id IS NOT NULL';
  list('twice here', `${withIds} GROUP BY subject HAVING count(*) > 1`);
  list(
    'on the server nowhere',
    `SELECT subject FROM emails e WHERE NOT EXISTS (SELECT 1 FROM imap_messages i WHERE i.email_id = e.id)
     AND NOT EXISTS (SELECT 1 FROM email_mailboxes m WHERE m.email_id = e.id AND m.on_server = 1)`,
  );
  list('without a place', 'SELECT e.subject FROM imap_unplaced u JOIN emails e ON e.id = u.email_id');
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
      const [theirs, all] = [server[what][key], local[what][key]];
      const ours = all && theirs && Object.fromEntries(Object.entries(all).filter(([field]) => field in theirs));
      if (isDeepStrictEqual(theirs, ours) && isDeepStrictEqual(theirs === undefined, all === undefined)) continue;
      const text = (one: unknown): string => (one === undefined ? 'nothing' : JSON.stringify(one));
      problems.push(`${what} ${key}: the server has ${text(theirs)}, here is ${text(all)}`);
    }
  }
  return problems;
}
