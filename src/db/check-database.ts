import { setImmediate } from 'node:timers/promises';
import { Findings, type Finding } from '../model/findings';
import type { EmailId, MailboxId } from '../model/ids';
import type { MailDb } from './mail-db';
import { replayPending } from './overlay';

/** Rows of one transaction: the engine answers in between. */
const pageSize = 500;

/**
 * S39: the two files by themselves, without a server. What follows from other rows is made to follow from them again;
 * what belongs to nothing goes, but for a waiting change, which is only told of. `files`: SQLite looks through them first,
 * which reads them whole; damage that it finds ends this, and the engine, like any other.
 */
export async function checkDatabase(db: MailDb, files: boolean, signal: AbortSignal): Promise<readonly Finding[]> {
  const findings = new Findings();
  if (files) for (const database of [db.mail, db.bodies]) await database.lookThrough(signal);
  const steps = [mendOwners, mendBodies, countLostChanges, mendListCopies, mendCounts];
  for (const step of steps) {
    signal.throwIfAborted();
    step(db, findings);
    await setImmediate();
  }
  await mendShown(db, findings, signal);
  return findings.list();
}

/** What becomes of rows whose owner is missing: they go, unless they can do without. Owners before what they own. */
const ownerless: Readonly<Record<string, (db: MailDb) => void>> = {
  mailboxes: (db) => deleteOfNobody(db, 'mailboxes'),
  threads: (db) => deleteOfNobody(db, 'threads'),
  sync_state: (db) => deleteOfNobody(db, 'sync_state'),
  emails: (db) => {
    deleteOfNobody(db, 'emails');
    giveThreads(db);
  },
  email_mailboxes: ({ mail }) =>
    mail.run(
      `DELETE FROM email_mailboxes WHERE email_id NOT IN (SELECT id FROM emails)
         OR mailbox_id NOT IN (SELECT id FROM mailboxes)`,
    ),
  imap_messages: ({ mail }) =>
    mail.run(
      `DELETE FROM imap_messages WHERE email_id NOT IN (SELECT id FROM emails)
         OR mailbox_id NOT IN (SELECT id FROM mailboxes)`,
    ),
  imap_unplaced: ({ mail }) => {
    mail.run('DELETE FROM imap_unplaced WHERE email_id NOT IN (SELECT id FROM emails)');
    mail.run('UPDATE imap_unplaced SET mailbox_id = NULL WHERE mailbox_id NOT IN (SELECT id FROM mailboxes)');
  },
};

function deleteOfNobody({ mail }: MailDb, table: string): void {
  mail.run(`DELETE FROM ${table} WHERE account_id NOT IN (SELECT id FROM accounts)`);
}

/** A message without a thread is one of its own, until the server says more. */
function giveThreads({ mail }: MailDb): void {
  const orphans = mail.all(
    'SELECT id, account_id FROM emails WHERE thread_id NOT IN (SELECT id FROM threads)',
    [],
    (row) => ({ id: row[0] as EmailId, accountId: row[1] as string }),
  );
  for (const { id, accountId } of orphans) {
    const sql = "INSERT INTO threads (account_id, remote_id) VALUES (?, 'lost:' || hex(randomblob(8)))";
    mail.run('UPDATE emails SET thread_id = ? WHERE id = ?', [mail.insert(sql, [accountId]), id]);
  }
}

function mendOwners(db: MailDb, findings: Findings): void {
  const lost = (): number => db.mail.all('PRAGMA foreign_key_check', [], (row) => row[0]).length;
  const found = lost();
  if (found === 0) return;
  db.mail.transaction(() => {
    withoutTriggers(db, () => {
      for (const mend of Object.values(ownerless)) mend(db);
    });
    noteAll(db);
  });
  findings.add('rows-without-owner', found, found - lost());
}

/** The files commit one after the other: a crash in between may leave a body behind. */
function mendBodies({ mail, bodies }: MailDb, findings: Findings): void {
  const known = new Set(mail.all('SELECT id FROM emails', [], (row) => row[0] as number));
  const lost = bodies
    .all('SELECT email_id FROM email_bodies', [], (row) => row[0] as number)
    .filter((id) => !known.has(id));
  if (lost.length === 0) return;
  bodies.transaction(() => {
    for (const id of lost) bodies.run('DELETE FROM email_bodies WHERE email_id = ?', [id]);
  });
  findings.add('bodies-without-message', lost.length);
}

/** S30: only the person discards a change. */
function countLostChanges({ mail }: MailDb, findings: Findings): void {
  const sql = `SELECT count(*) FROM pending_changes WHERE resource_type = 'Email'
    AND CAST(resource_id AS INTEGER) NOT IN (SELECT id FROM emails)`;
  findings.add('changes-without-message', mail.get(sql, [], (row) => row[0] as number) ?? 0, 0);
}

/** What the lists keep of a message beside each of its places. */
function mendListCopies(db: MailDb, findings: Findings): void {
  db.mail.transaction(() => {
    const changed = db.mail.all(
      `UPDATE email_mailboxes SET received_at = e.received_at, thread_id = e.thread_id FROM emails e
       WHERE e.id = email_mailboxes.email_id
         AND (email_mailboxes.received_at <> e.received_at OR email_mailboxes.thread_id <> e.thread_id)
       RETURNING mailbox_id`,
      [],
      (row) => row[0] as MailboxId,
    );
    for (const id of new Set(changed)) db.changes.noteMessages(id);
    findings.add('list-copies-wrong', changed.length);
  });
}

/** The counters that triggers keep. */
function mendCounts(db: MailDb, findings: Findings): void {
  db.mail.transaction(() => {
    const changed = db.mail.all(
      `WITH counted AS (
         SELECT b.id, count(m.email_id) AS total, coalesce(sum(e.flags & 9 = 0), 0) AS unread
         FROM mailboxes b LEFT JOIN email_mailboxes m ON m.mailbox_id = b.id AND m.shown = 1
         LEFT JOIN emails e ON e.id = m.email_id GROUP BY b.id)
       UPDATE mailboxes SET total = counted.total, unread = counted.unread FROM counted
       WHERE counted.id = mailboxes.id AND (mailboxes.total <> counted.total OR mailboxes.unread <> counted.unread)
       RETURNING mailboxes.id`,
      [],
      (row) => row[0] as MailboxId,
    );
    for (const id of changed) db.changes.noteMessages(id);
    findings.add('counts-wrong', changed.length);
  });
}

/** S1: what is shown = server base + waiting changes. Looked at are those where it is not simply the base. */
async function mendShown(db: MailDb, findings: Findings, signal: AbortSignal): Promise<void> {
  const ids = db.mail.all(
    `SELECT id FROM emails WHERE pending <> 0 OR flags <> server_flags OR keywords <> server_keywords
     UNION SELECT email_id FROM email_mailboxes WHERE on_server <> shown
     UNION SELECT CAST(resource_id AS INTEGER) FROM pending_changes WHERE resource_type = 'Email'`,
    [],
    (row) => row[0] as EmailId,
  );
  for (let at = 0; at < ids.length; at += pageSize) {
    signal.throwIfAborted();
    db.mail.transaction(() => {
      const wrong = replayPending(db, ids.slice(at, at + pageSize));
      findings.add('shown-wrong', wrong.length);
    });
    await setImmediate();
  }
}

/** The triggers that keep the counters ask the owner, which is missing here: these are counted anew afterwards. */
function withoutTriggers({ mail }: MailDb, work: () => void): void {
  const triggers = mail.all("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'", [], (row) => ({
    name: row[0] as string,
    sql: row[1] as string,
  }));
  for (const { name } of triggers) mail.run(`DROP TRIGGER "${name}"`);
  work();
  for (const { sql } of triggers) mail.run(sql);
}

function noteAll(db: MailDb): void {
  db.changes.note('accounts');
  for (const id of db.mail.all('SELECT id FROM mailboxes', [], (row) => row[0] as MailboxId))
    db.changes.noteMessages(id);
}
