import type { AccountId, MailboxId, ThreadId } from '../model/ids';
import { baseSubject, namedMessageIds, type Threaded } from '../model/threading';
import type { MailDb } from './mail-db';
import { stableHash } from './stable-hash';

/**
 * Threads of the messages of one page, each asked for when it is about to be stored. Mails come in any order: a reply
 * that comes first names its parent, so the parent finds it; a mail that links two threads makes them one.
 */
export class ThreadFinder {
  private readonly keys: ReadonlyMap<Threaded, readonly number[]>;
  /** What is known of every key that the page names: asked for at once. */
  private readonly known: Map<number, ThreadId>;

  constructor(
    private readonly db: MailDb,
    private readonly accountId: AccountId,
    page: readonly Threaded[],
  ) {
    this.keys = new Map(page.map((email) => [email, keysOf(accountId, email)]));
    const sql = 'SELECT key, thread_id FROM imap_thread_keys WHERE key IN (SELECT value FROM json_each(?))';
    const all = JSON.stringify([...this.keys.values()].flat());
    this.known = new Map(db.mail.all(sql, [all], (row) => [row[0] as number, row[1] as ThreadId] as const));
  }

  threadOf(email: Threaded): ThreadId {
    const { db, known } = this;
    const keys = this.keys.get(email) ?? [];
    const found = new Set(keys.flatMap((key) => known.get(key) ?? []));
    const [first, ...others] = [...found].sort((a, b) => a - b);
    const threadId = first ?? newThread(db, this.accountId);
    for (const other of others) {
      mergeThread(db, other, threadId);
      for (const [key, thread] of known) if (thread === other) known.set(key, threadId);
    }
    for (const key of keys) {
      if (known.has(key)) continue;
      known.set(key, threadId);
      db.mail.run('INSERT OR REPLACE INTO imap_thread_keys (key, thread_id) VALUES (?, ?)', [key, threadId]);
    }
    return threadId;
  }
}

function keysOf(accountId: AccountId, email: Threaded): number[] {
  const subject = baseSubject(email.subject);
  return namedMessageIds(email).map((id) => stableHash(accountId, id, subject));
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
