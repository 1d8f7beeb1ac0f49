import type { EmailAddress, EmailAddresses, ServerEmail } from '../model/email';
import type { AccountId, EmailId, MailboxId, ThreadId } from '../model/ids';
import { normaliseKeywords } from '../model/keywords';
import { deleteBodies } from './bodies';
import { packKeywords } from './keyword-columns';
import type { SqlValue } from './database';
import type { MailDb } from './mail-db';
import { getServerStates, setServerBase, type ServerUpdate } from './overlay';
import { attachSavedChanges, type Arrived } from './saved-changes';

/** What a mail may say at most in our lists; the whole is in the body. A 10 MB subject is somebody's joke. */
const longestSubject = 2000;
const longestPreview = 500;
const mostAddresses = 500;

/** Code units cut without splitting a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = /[\uD800-\uDBFF]$/.test(text.slice(0, length)) ? length - 1 : length;
  return text.slice(0, end) + '…';
}

const addressFields = ['from', 'sender', 'replyTo', 'to', 'cc', 'bcc'] as const;

function packAddresses(addresses: EmailAddresses): string {
  const filled: Partial<Record<keyof EmailAddresses, readonly EmailAddress[]>> = {};
  for (const field of addressFields) {
    const list = addresses[field];
    if (list.length > 0) filled[field] = list.length > mostAddresses ? list.slice(0, mostAddresses) : list;
  }
  return JSON.stringify(filled);
}

export function unpackAddresses(json: string): EmailAddresses {
  const filled = JSON.parse(json) as Partial<EmailAddresses>;
  return { from: [], sender: [], replyTo: [], to: [], cc: [], bcc: [], ...filled };
}

/** Our key of a server's thread, new where there is none yet. */
export function threadKey({ mail }: MailDb, accountId: AccountId, remoteId: string): ThreadId {
  const sql = 'SELECT id FROM threads WHERE account_id = ? AND remote_id = ?';
  const known = mail.get(sql, [accountId, remoteId], (row) => row[0] as ThreadId);
  return (
    known ??
    (mail.insert('INSERT INTO threads (account_id, remote_id) VALUES (?, ?)', [accountId, remoteId]) as ThreadId)
  );
}

/** False: it is in that thread already. */
export function moveToThread({ mail, changes }: MailDb, id: EmailId, threadId: ThreadId): boolean {
  if (mail.run('UPDATE emails SET thread_id = ?1 WHERE id = ?2 AND thread_id <> ?1', [threadId, id]) === 0)
    return false;
  const sql = 'UPDATE email_mailboxes SET thread_id = ? WHERE email_id = ? RETURNING mailbox_id';
  for (const mailboxId of mail.all(sql, [threadId, id], (row) => row[0] as MailboxId)) changes.noteMessages(mailboxId);
  changes.noteEmail(id);
  return true;
}

/** Our key of a server's message, or undefined. */
export function emailKey({ mail }: MailDb, accountId: AccountId, remoteId: string): EmailId | undefined {
  const sql = 'SELECT id FROM emails WHERE account_id = ? AND remote_id = ?';
  return mail.get(sql, [accountId, remoteId], (row) => row[0] as EmailId);
}

/** For `CAST(? AS TEXT)`: sql.js encodes a string character by character, which is most of what a long one costs. */
export function encoded(text: string): SqlValue {
  return text === '' ? text : Buffer.from(text);
}

/** A message that is not here yet, whatever its server calls its thread. */
export function insertEmail(
  db: MailDb,
  accountId: AccountId,
  threadId: ThreadId,
  email: Omit<ServerEmail, 'remoteThreadId'>,
): EmailId {
  const keywords = normaliseKeywords(email.keywords);
  const { flags, others } = packKeywords(keywords);
  const id = db.mail.insert(
    `INSERT INTO emails (account_id, remote_id, thread_id, received_at, sent_at, has_attachment, flags, keywords, server_flags,
       server_keywords, subject,
       addresses, preview, size, blob_id, message_id, in_reply_to, message_references)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), ?, ?, CAST(? AS TEXT),
       CAST(? AS TEXT), CAST(? AS TEXT))`,
    [
      accountId,
      email.remoteId,
      threadId,
      email.receivedAt,
      email.sentAt,
      email.hasAttachment ? 1 : 0,
      flags,
      others,
      flags,
      others,
      encoded(cut(email.subject, longestSubject)),
      encoded(packAddresses(email.addresses)),
      encoded(cut(email.preview, longestPreview)),
      email.size,
      email.blobId,
      encoded(email.messageId.join(' ')),
      encoded(email.inReplyTo.join(' ')),
      encoded(email.references.join(' ')),
    ],
  );
  for (const mailboxId of email.mailboxIds) {
    db.changes.noteMessages(mailboxId);
    db.mail.run(
      `INSERT INTO email_mailboxes (email_id, mailbox_id, on_server, shown, received_at, thread_id)
       VALUES (?, ?, 1, 1, ?, ?)`,
      [id, mailboxId, email.receivedAt, threadId],
    );
  }
  return id as EmailId;
}

/**
 * Stores messages that a server told of, in one transaction. Known ones get the server's keywords and mailboxes (with
 * pending intents replayed over them, S1); the rest of a message never changes. Returns how many were new.
 */
export function storeEmails(db: MailDb, accountId: AccountId, emails: readonly ServerEmail[]): number {
  return db.mail.transaction(() => {
    const known = keysOf<EmailId>(
      db,
      'emails',
      accountId,
      emails.flatMap(({ remoteId }) => remoteId ?? []),
    );
    const threads = keysOf<ThreadId>(
      db,
      'threads',
      accountId,
      emails.map(({ remoteThreadId }) => remoteThreadId),
    );
    const arrived: Arrived[] = [];
    const updates: [EmailId, ServerUpdate][] = [];
    for (const email of emails) {
      const id = email.remoteId === null ? undefined : known.get(email.remoteId);
      if (id !== undefined) {
        updates.push([id, { keywords: email.keywords, mailboxIds: email.mailboxIds }]);
        continue;
      }
      const threadId = threads.get(email.remoteThreadId) ?? threadKey(db, accountId, email.remoteThreadId);
      threads.set(email.remoteThreadId, threadId);
      const inserted = insertEmail(db, accountId, threadId, email);
      if (email.remoteId !== null) known.set(email.remoteId, inserted);
      arrived.push({ ...email, id: inserted });
    }
    setServerBase(db, updates);
    attachSavedChanges(db, accountId, arrived);
    return arrived.length;
  });
}

/** Our keys of those of these that are here, by one question. */
export function keysOf<Key extends EmailId | ThreadId>(
  { mail }: MailDb,
  table: 'emails' | 'threads',
  accountId: AccountId,
  remoteIds: readonly string[],
): Map<string, Key> {
  const sql = `SELECT remote_id, id FROM ${table} WHERE account_id = ? AND remote_id IN (SELECT value FROM json_each(?))`;
  return new Map(mail.all(sql, [accountId, JSON.stringify(remoteIds)], (row) => [row[0] as string, row[1] as Key]));
}

/** The server's keywords or mailboxes of known messages changed. Returns the remote ids that are not here. */
export function updateEmails(
  db: MailDb,
  accountId: AccountId,
  updates: readonly (ServerUpdate & { readonly remoteId: string })[],
): string[] {
  return db.mail.transaction(() => {
    const remoteIds = updates.map(({ remoteId }) => remoteId);
    const known = keysOf<EmailId>(db, 'emails', accountId, remoteIds);
    setServerBase(
      db,
      updates.flatMap(({ remoteId, ...update }) => {
        const id = known.get(remoteId);
        return id === undefined ? [] : [[id, update] as const];
      }),
    );
    return remoteIds.filter((remoteId) => !known.has(remoteId));
  });
}

/** The server says that these messages are gone for good. Their waiting changes are thereby done (S29), and go too. */
export function deleteEmails(db: MailDb, emailIds: readonly EmailId[]): void {
  if (emailIds.length === 0) return;
  db.mail.transaction(() => {
    for (const id of emailIds) {
      db.changes.noteEmail(id);
      const sql = 'SELECT mailbox_id FROM email_mailboxes WHERE email_id = ?';
      for (const mailboxId of db.mail.all(sql, [id], (row) => row[0] as MailboxId)) db.changes.noteMessages(mailboxId);
      // Not by cascade alone: the triggers that keep the counters want the rows gone one by one.
      db.mail.run('DELETE FROM email_mailboxes WHERE email_id = ?', [id]);
      const waiting = db.mail.run("DELETE FROM pending_changes WHERE resource_type = 'Email' AND resource_id = ?", [
        String(id),
      ]);
      if (waiting > 0) db.changes.note('outbox');
      db.mail.run('DELETE FROM emails WHERE id = ?', [id]);
    }
  });
  deleteBodies(db, emailIds);
}

/** Every remote id of an account with our key: what a reconciliation compares with. */
export function remoteIds({ mail }: MailDb, accountId: AccountId): Map<string, EmailId> {
  const sql = 'SELECT remote_id, id FROM emails WHERE account_id = ? AND remote_id IS NOT NULL';
  return new Map(mail.all(sql, [accountId], (row) => [row[0] as string, row[1] as EmailId] as const));
}

export function countEmails({ mail }: MailDb, accountId: AccountId): number {
  return mail.get('SELECT count(*) FROM emails WHERE account_id = ?', [accountId], (row) => row[0] as number) ?? 0;
}

/** How a backend finds a message on its server. */
export interface EmailRef {
  readonly id: EmailId;
  readonly accountId: AccountId;
  readonly remoteId: string | null;
  readonly blobId: string | null;
  /** Where the server has it. */
  readonly mailboxIds: ReadonlySet<MailboxId>;
}

export function getEmailRef(db: MailDb, id: EmailId): EmailRef | undefined {
  return getEmailRefs(db, [id]).get(id);
}

/** Those of these messages that are here. */
export function getEmailRefs(db: MailDb, ids: readonly EmailId[]): Map<EmailId, EmailRef> {
  const states = getServerStates(db, ids);
  const sql = 'SELECT id, account_id, remote_id, blob_id FROM emails WHERE id IN (SELECT value FROM json_each(?))';
  const refs = db.mail.all(sql, [JSON.stringify(ids)], (row): EmailRef => ({
    id: row[0] as EmailId,
    accountId: row[1] as AccountId,
    remoteId: row[2] as string | null,
    blobId: row[3] as string | null,
    mailboxIds: states.get(row[0] as EmailId)?.mailboxIds ?? new Set(),
  }));
  return new Map(refs.map((ref) => [ref.id, ref]));
}

/** The one that came here last, of all accounts; 0: there is none. */
export function newestEmail({ mail }: MailDb): EmailId {
  return mail.get('SELECT coalesce(max(id), 0) FROM emails', [], (row) => row[0] as EmailId) ?? (0 as EmailId);
}
