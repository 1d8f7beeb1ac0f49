import type { AccountId, EmailId, MailboxId } from '../model/ids';
import { identityOf } from './email-identity';
import { deleteEmails, newestEmail } from './emails';
import { discardedType } from './imap-discarded';
import type { MailDb } from './mail-db';
import { stableHash } from './stable-hash';
import { getState, setState } from './sync-state';
import { yieldToLater } from './twin-changes';
import { renameInActions } from './undo-actions';

/** What one round over the mailboxes saw: messages move between them while it runs (S21). */
export interface Round {
  /** Messages that were new in this round, by identity: one that leaves another mailbox later in it is the same. */
  readonly inserted: Map<number, EmailId>;
  /** Messages that left their last mailbox in this round: not yet every mailbox could have shown them. */
  readonly departed: Set<EmailId>;
  /** What came after this one is new since the last cycle that ended: rounds of it that broke off have met it. */
  readonly since: EmailId;
}

/** `since` missing: nothing that is new can be what leaves a mailbox now. */
export function newRound(since = Infinity as EmailId): Round {
  return { inserted: new Map(), departed: new Set(), since };
}

const knownType = 'Email:known';

/** The newest message when the last cycle ended; undefined: none has. */
export function knownUpTo(db: MailDb, accountId: AccountId): EmailId | undefined {
  const state = getState(db, accountId, knownType);
  return state === null ? undefined : (Number(state) as EmailId);
}

/** At the end of a cycle. */
export function markKnown(db: MailDb, accountId: AccountId): void {
  const newest = newestEmail(db);
  // An idle cycle leaves the disk alone.
  if (knownUpTo(db, accountId) === newest) return;
  db.mail.transactionOfCopies(() => setState(db, accountId, knownType, String(newest), Date.now()));
}

/** A message without a known place. */
export interface Unplaced {
  readonly id: EmailId;
  /** The mailbox that it is known to be in; null: it can be anywhere. */
  readonly mailboxId: MailboxId | null;
  /** ms since 1970. */
  readonly since: number;
}

/** The same of a message that is here. */
export function emailIdentity({ mail }: MailDb, id: EmailId): number {
  const identity = mail.get('SELECT message_id, size, received_at FROM emails WHERE id = ?', [id], (row) =>
    stableHash(row[0] as string, row[1] as number, row[2] as number),
  );
  return identity ?? 0;
}

/**
 * The last known copy of a message is gone. If the round has met it elsewhere already, that is where it went; else it
 * waits to be found. Its key is the older one, and stays (S3).
 */
export function leavePlace(db: MailDb, id: EmailId, round: Round): void {
  const identity = emailIdentity(db, id);
  const found = round.inserted.get(identity) ?? placedTwin(db, id, round.since);
  if (found !== undefined && found !== id && !wouldDestroy(db, id, found)) {
    round.inserted.delete(identity);
    absorb(db, id, found);
    // That one may have been moved on since it was met.
    if (isPlaced(db, id) || expectedMailbox(db, id) !== null) return;
  }
  round.departed.add(id);
  expectNowhereYet(db, id, identity);
}

/**
 * S40: a message is to be deleted for good from where its double stands. If its own EXPUNGE was done, and not answered, the
 * double would go by the next one.
 */
export function wouldDestroy({ mail }: MailDb, id: EmailId, double: EmailId): boolean {
  const sql = `SELECT 1 FROM pending_changes JOIN imap_messages ON email_id = ?2
    WHERE resource_type = 'Email' AND resource_id = ?1 AND change_type = 'destroy' AND state <> 'failed'
    AND (json_extract(payload, '$.from') IS NULL
      OR mailbox_id IN (SELECT value FROM json_each(payload, '$.from')))`;
  return mail.get(sql, [String(id), double], () => true) ?? false;
}

/** It can be anywhere; one that is expected somewhere stays expected there. */
export function expectNowhereYet(db: MailDb, id: EmailId, identity = emailIdentity(db, id)): void {
  const sql = 'INSERT OR IGNORE INTO imap_unplaced (email_id, mailbox_id, identity, since) VALUES (?, NULL, ?, ?)';
  db.mail.run(sql, [id, identity, Date.now()]);
}

/** It stands in this mailbox under a UID that is not known (S20, S22). */
export function expectIn(db: MailDb, id: EmailId, mailboxId: MailboxId): void {
  db.mail.run(
    `INSERT INTO imap_unplaced (email_id, mailbox_id, identity, since) VALUES (?, ?, ?, ?)
     ON CONFLICT (email_id) DO UPDATE SET mailbox_id = excluded.mailbox_id, since = excluded.since`,
    [id, mailboxId, emailIdentity(db, id), Date.now()],
  );
}

/** Gives a row that was just inserted for a moved or copied message to the message itself. */
export function absorb(db: MailDb, id: EmailId, inserted: EmailId): void {
  yieldToLater(db, id, inserted);
  yieldToLater(db, inserted, id);
  db.mail.run('UPDATE imap_messages SET email_id = ? WHERE email_id = ?', [id, inserted]);
  db.mail.run(
    `INSERT INTO imap_unplaced (email_id, mailbox_id, identity, since)
     SELECT ?, mailbox_id, identity, since FROM imap_unplaced WHERE email_id = ? AND mailbox_id IS NOT NULL
     ON CONFLICT (email_id) DO UPDATE SET mailbox_id = excluded.mailbox_id, since = excluded.since`,
    [id, inserted],
  );
  db.mail.run("UPDATE pending_changes SET resource_id = ? WHERE resource_type = 'Email' AND resource_id = ?", [
    String(id),
    String(inserted),
  ]);
  renameInActions(db, inserted, id);
  deleteEmails(db, [inserted]);
}

/** The same mail under a younger key, where the server has no ids: one thread holds both, by their Message-ID. */
export function newerTwin({ mail }: MailDb, id: EmailId, after = id): EmailId | undefined {
  if (!Number.isFinite(after)) return undefined;
  return mail.get(
    `SELECT t.id FROM emails e JOIN emails t ON t.thread_id = e.thread_id WHERE e.id = ?1 AND t.id > max(?1, ?2)
     AND e.remote_id IS NULL AND t.remote_id IS NULL AND e.message_id <> ''
     AND (t.message_id, t.size, t.received_at) = (e.message_id, e.size, e.received_at) ORDER BY t.id LIMIT 1`,
    [id, after],
    (row) => row[0] as EmailId,
  );
}

/** The same under an older key, if it is shown anywhere. */
export function olderTwin(db: MailDb, id: EmailId): EmailId | undefined {
  const older = db.mail.all(
    `SELECT t.id FROM emails e JOIN emails t ON t.thread_id = e.thread_id WHERE e.id = ?1 AND t.id < ?1
     AND e.remote_id IS NULL AND t.remote_id IS NULL AND e.message_id <> ''
     AND (t.message_id, t.size, t.received_at) = (e.message_id, e.size, e.received_at) ORDER BY t.id`,
    [id],
    (row) => row[0] as EmailId,
  );
  return older.find((twin) => isPlaced(db, twin));
}

/** A newer one, if it is shown anywhere. */
function placedTwin(db: MailDb, id: EmailId, after: EmailId): EmailId | undefined {
  const twin = newerTwin(db, id, after);
  return twin !== undefined && isPlaced(db, twin) ? twin : undefined;
}

/** One that is marked is no place. */
function isPlaced({ mail }: MailDb, id: EmailId): boolean {
  return mail.get(`SELECT 1 FROM imap_messages WHERE email_id = ? AND ${isShown}`, [id], () => true) ?? false;
}

const isShown = "' ' || keywords || ' ' NOT LIKE '% \\deleted %'";

/** Mostly there are none, and nothing needs to be looked for. */
export function hasUnplaced({ mail }: MailDb): boolean {
  return mail.get('SELECT 1 FROM imap_unplaced LIMIT 1', [], () => true) ?? false;
}

/** The unplaced message that one found in a mailbox is: one that is expected there, or that left another. */
export function findUnplaced(
  { mail }: MailDb,
  accountId: AccountId,
  mailboxId: MailboxId,
  email: Parameters<typeof identityOf>[0],
): EmailId | undefined {
  return mail.get(
    `SELECT u.email_id FROM imap_unplaced u JOIN emails e ON e.id = u.email_id
     WHERE u.identity = ?1 AND e.account_id = ?2 AND (u.mailbox_id = ?3 OR u.mailbox_id IS NULL)
     ORDER BY u.mailbox_id IS NULL, u.email_id LIMIT 1`,
    [identityOf(email), accountId, mailboxId],
    (row) => row[0] as EmailId,
  );
}

/**
 * S22: what may have come to this mailbox by a move or copy that was not answered, or was discarded before it was, and was
 * not found there yet, by identity. Mostly there is none.
 */
export function unansweredInto({ mail }: MailDb, accountId: AccountId, mailboxId: MailboxId): Map<number, EmailId> {
  const rows = mail.all(
    `WITH unanswered AS (
       SELECT CAST(resource_id AS INTEGER) AS email_id, 1 AS waits, id AS at FROM pending_changes
       WHERE account_id = ?1 AND may_have_left = 1 AND state IN ('queued', 'sending')
       AND change_type = 'mailboxes' AND resource_type = 'Email'
       AND EXISTS (SELECT 1 FROM json_each(payload, '$.add') WHERE value = ?2)
       UNION ALL
       SELECT d.value ->> 'email', 0, d.key FROM sync_state, json_each(state) d
       WHERE account_id = ?1 AND resource_type = ?3 AND d.value ->> 'mailbox' = ?2)
     SELECT e.message_id, e.size, e.received_at, e.id FROM unanswered u JOIN emails e ON e.id = u.email_id
     WHERE e.message_id <> '' AND e.remote_id IS NULL
     AND NOT EXISTS (SELECT 1 FROM imap_messages WHERE email_id = e.id AND mailbox_id = ?2 AND ${isShown})
     ORDER BY u.waits, u.at DESC`,
    [accountId, mailboxId, discardedType],
    (row) => [stableHash(row[0] as string, row[1] as number, row[2] as number), row[3] as EmailId] as const,
  );
  return new Map(rows);
}

/** It was found in this mailbox. */
export function settleUnplaced({ mail }: MailDb, id: EmailId, mailboxId: MailboxId): void {
  mail.run('DELETE FROM imap_unplaced WHERE email_id = ? AND (mailbox_id = ? OR mailbox_id IS NULL)', [id, mailboxId]);
}

/** It is in none of the mailboxes where it could have been. */
export function forgetUnplaced({ mail }: MailDb, id: EmailId): void {
  mail.run('DELETE FROM imap_unplaced WHERE email_id = ?', [id]);
}

/** It may be, or certainly is, where no copy of it is known. */
export function isUnplaced({ mail }: MailDb, id: EmailId): boolean {
  return mail.get('SELECT 1 FROM imap_unplaced WHERE email_id = ?', [id], () => true) ?? false;
}

/** The mailbox that a message is known to be in, under a UID that is not known. */
export function expectedMailbox(db: MailDb, id: EmailId): MailboxId | null {
  return expectedMailboxes(db, [id]).get(id) ?? null;
}

/** The same of many; those of which there is none are left out. */
export function expectedMailboxes({ mail }: MailDb, ids: readonly EmailId[]): Map<EmailId, MailboxId> {
  const sql = `SELECT email_id, mailbox_id FROM imap_unplaced
    WHERE mailbox_id IS NOT NULL AND email_id IN (SELECT value FROM json_each(?))`;
  return new Map(mail.all(sql, [JSON.stringify(ids)], (row) => [row[0] as EmailId, row[1] as MailboxId] as const));
}

export function expectedHere({ mail }: MailDb, mailboxId: MailboxId): EmailId[] {
  const sql = 'SELECT email_id FROM imap_unplaced WHERE mailbox_id = ?';
  return mail.all(sql, [mailboxId], (row) => row[0] as EmailId);
}

/** What was expected in this mailbox can be anywhere now. */
export function expectNowhere(db: MailDb, mailboxId: MailboxId): EmailId[] {
  const ids = expectedHere(db, mailboxId);
  db.mail.run('UPDATE imap_unplaced SET mailbox_id = NULL, since = ? WHERE mailbox_id = ?', [Date.now(), mailboxId]);
  return ids;
}

export function listUnplaced({ mail }: MailDb, accountId: AccountId): Unplaced[] {
  return mail.all(
    `SELECT u.email_id, u.mailbox_id, u.since FROM imap_unplaced u JOIN emails e ON e.id = u.email_id
     WHERE e.account_id = ?`,
    [accountId],
    (row) => ({ id: row[0] as EmailId, mailboxId: row[1] as MailboxId | null, since: row[2] as number }),
  );
}

/**
 * S20: a mailbox's numbers mean other messages now. Its messages stay, shown where they are, until the new numbers are
 * known.
 */
export function unplaceMailbox(db: MailDb, mailboxId: MailboxId): number {
  const sql = 'SELECT DISTINCT email_id FROM imap_messages WHERE mailbox_id = ?';
  const ids = db.mail.all(sql, [mailboxId], (row) => row[0] as EmailId);
  for (const id of ids) expectIn(db, id, mailboxId);
  db.mail.run('DELETE FROM imap_messages WHERE mailbox_id = ?', [mailboxId]);
  return ids.length;
}
