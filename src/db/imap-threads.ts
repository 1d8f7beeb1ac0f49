import type { AccountId, MailboxId, ThreadId } from '../model/ids';
import { baseSubject, namedMessageIds, type Threaded } from '../model/threading';
import type { MailDb } from './mail-db';
import { stableHash } from './stable-hash';

/**
 * The thread of a message that is about to be stored. Mails come in any order: a reply that comes first names its
 * parent, so the parent finds it; a mail that links two threads makes them one.
 */
export function threadOf(db: MailDb, accountId: AccountId, email: Threaded): ThreadId {
  const { mail } = db;
  const subject = baseSubject(email.subject);
  const keys = namedMessageIds(email).map((id) => stableHash(accountId, id, subject));
  const known = new Set<ThreadId>();
  const missing: number[] = [];
  for (const key of keys) {
    const sql = 'SELECT thread_id FROM imap_thread_keys WHERE key = ?';
    const thread = mail.get(sql, [key], (row) => row[0] as ThreadId);
    if (thread === undefined) missing.push(key);
    else known.add(thread);
  }
  const [first, ...others] = [...known].sort((a, b) => a - b);
  const threadId = first ?? newThread(db, accountId);
  for (const other of others) mergeThread(db, other, threadId);
  for (const key of missing) {
    mail.run('INSERT OR REPLACE INTO imap_thread_keys (key, thread_id) VALUES (?, ?)', [key, threadId]);
  }
  return threadId;
}

function newThread({ mail }: MailDb, accountId: AccountId): ThreadId {
  return mail.insert("INSERT INTO threads (account_id, remote_id) VALUES (?, 'imap:' || hex(randomblob(8)))", [
    accountId,
  ]) as ThreadId;
}

function mergeThread({ mail, changes }: MailDb, from: ThreadId, into: ThreadId): void {
  const inThread = 'email_id IN (SELECT id FROM emails WHERE thread_id = ?)';
  const mailboxes = mail.all(
    `SELECT DISTINCT mailbox_id FROM email_mailboxes WHERE ${inThread}`,
    [from],
    (row) => row[0],
  );
  for (const id of mailboxes) changes.noteMessages(id as MailboxId);
  mail.run(`UPDATE email_mailboxes SET thread_id = ? WHERE ${inThread}`, [into, from]);
  mail.run('UPDATE emails SET thread_id = ? WHERE thread_id = ?', [into, from]);
  mail.run('UPDATE imap_thread_keys SET thread_id = ? WHERE thread_id = ?', [into, from]);
  mail.run('DELETE FROM threads WHERE id = ?', [from]);
}

/** For an account that is removed; its threads must still be there. */
export function forgetThreadKeys({ mail }: MailDb, accountId: AccountId): void {
  const sql = 'DELETE FROM imap_thread_keys WHERE thread_id IN (SELECT id FROM threads WHERE account_id = ?)';
  mail.run(sql, [accountId]);
}
