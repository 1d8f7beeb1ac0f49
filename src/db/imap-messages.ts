import type { ServerEmail } from '../model/email';
import { grouped } from '../model/grouped';
import type { AccountId, EmailId, MailboxId, ThreadId } from '../model/ids';
import { normaliseKeywords, seen } from '../model/keywords';
import { identityOf } from './email-identity';
import { insertEmail, keysOf, threadKey } from './emails';
import { ThreadFinder } from './imap-threads';
import {
  expectedMailboxes,
  findUnplaced,
  hasUnplaced,
  leavePlace,
  settleUnplaced,
  unansweredInto,
  type Round,
} from './imap-unplaced';
import type { MailDb } from './mail-db';
import { setServerBase, type ServerUpdate } from './overlay';
import { attachSavedChanges, type Arrived } from './saved-changes';

/** A message marked `\Deleted`: still there until it is expunged, shown nowhere. No keyword can have this name. */
export const deletedFlag = '\\deleted';

/** What FETCH told of one message. `keywords` are of this copy; `remoteThreadId` null: the server has no threads. */
export interface ImapEmail extends Omit<ServerEmail, 'mailboxIds' | 'remoteThreadId'> {
  readonly uid: number;
  readonly remoteThreadId: string | null;
}

export interface Place {
  readonly mailboxId: MailboxId;
  readonly uid: number;
  readonly keywords: readonly string[];
}

/** A copy that is shown. One that is marked may be expunged at any moment: no message may rely on it. */
export const isLive = ({ keywords }: Pick<Place, 'keywords'>): boolean => !keywords.includes(deletedFlag);

const split = (keywords: string): string[] => (keywords === '' ? [] : keywords.split(' '));

export function emailAt({ mail }: MailDb, mailboxId: MailboxId, uid: number): EmailId | undefined {
  const sql = 'SELECT email_id FROM imap_messages WHERE mailbox_id = ? AND uid = ?';
  return mail.get(sql, [mailboxId, uid], (row) => row[0] as EmailId);
}

/** The same for many, by one question; those that are not here are left out. */
export function emailsAt({ mail }: MailDb, mailboxId: MailboxId, uids: Iterable<number>): Map<number, EmailId> {
  const sql =
    'SELECT uid, email_id FROM imap_messages WHERE mailbox_id = ? AND uid IN (SELECT value FROM json_each(?))';
  const asked = JSON.stringify([...uids]);
  return new Map(mail.all(sql, [mailboxId, asked], (row) => [row[0] as number, row[1] as EmailId] as const));
}

/** Every copy of a message on the server. */
export function placesOf(db: MailDb, id: EmailId): Place[] {
  return placesOfEach(db, [id]).get(id) ?? [];
}

/** The same of many, by one question; those that have no copy are left out. */
export function placesOfEach({ mail }: MailDb, ids: readonly EmailId[]): Map<EmailId, Place[]> {
  const sql = `SELECT email_id, mailbox_id, uid, keywords FROM imap_messages
    WHERE email_id IN (SELECT value FROM json_each(?)) ORDER BY mailbox_id, uid`;
  return grouped(
    mail.all(
      sql,
      [JSON.stringify(ids)],
      ([id, mailboxId, uid, keywords]) =>
        [
          id as EmailId,
          { mailboxId: mailboxId as MailboxId, uid: uid as number, keywords: split(keywords as string) },
        ] as const,
    ),
  );
}

/** The first Message-ID of a message; null: it has none. */
export function messageIdOf({ mail }: MailDb, id: EmailId): string | null {
  const ids = mail.get('SELECT message_id FROM emails WHERE id = ?', [id], (row) => split(row[0] as string));
  return ids?.[0] ?? null;
}

/** How many messages of a mailbox are here. */
export function countPlaces({ mail }: MailDb, mailboxId: MailboxId): number {
  const sql = 'SELECT count(*) FROM imap_messages WHERE mailbox_id = ?';
  return mail.get(sql, [mailboxId], (row) => row[0] as number) ?? 0;
}

/** How many of them are not seen, as IMAP counts (deleted ones among them). */
export function countUnseen({ mail }: MailDb, mailboxId: MailboxId): number {
  const sql = "SELECT count(*) FROM imap_messages WHERE mailbox_id = ? AND ' ' || keywords || ' ' NOT LIKE '% $seen %'";
  return mail.get(sql, [mailboxId], (row) => row[0] as number) ?? 0;
}

/** The UIDs of a mailbox that are here, from `from` on, ascending, with their keywords joined by spaces. */
export function placesIn({ mail }: MailDb, mailboxId: MailboxId, from: number): Map<number, string> {
  const sql = 'SELECT uid, keywords FROM imap_messages WHERE mailbox_id = ? AND uid >= ? ORDER BY uid';
  return new Map(mail.all(sql, [mailboxId, from], (row) => [row[0] as number, row[1] as string] as const));
}

/** The lowest of the newest UIDs below one, as many as asked for; undefined: there is none. */
export function lowestOfNewest(
  { mail }: MailDb,
  mailboxId: MailboxId,
  below: number,
  count: number,
): number | undefined {
  const sql = `SELECT min(uid) FROM
    (SELECT uid FROM imap_messages WHERE mailbox_id = ? AND uid < ? ORDER BY uid DESC LIMIT ?)`;
  return mail.get(sql, [mailboxId, below, count], (row) => row[0] as number | null) ?? undefined;
}

/** Stores what a server told of a mailbox's messages, no UID twice. Returns how many were new to the account. */
export function storeMessages(
  db: MailDb,
  accountId: AccountId,
  mailboxId: MailboxId,
  emails: readonly ImapEmail[],
  /** Null: there is none, so no message that leaves another mailbox later can be one of these. */
  round: Round | null,
): number {
  return db.mail.transaction(() => {
    const places = emailsAt(
      db,
      mailboxId,
      emails.map(({ uid }) => uid),
    );
    const remoteIds = emails.flatMap(({ remoteId }) => remoteId ?? []);
    const keys =
      remoteIds.length === 0 ? new Map<string, EmailId>() : keysOf<EmailId>(db, 'emails', accountId, remoteIds);
    const threads = new ThreadFinder(
      db,
      accountId,
      emails.filter(({ remoteThreadId }) => remoteThreadId === null),
    );
    const mayBeUnplaced = hasUnplaced(db);
    // What a mailbox had before it was first read came by nobody's move.
    const unanswered = round === null ? new Map<number, EmailId>() : unansweredInto(db, accountId, mailboxId);
    const arrived: Arrived[] = [];
    const moved: EmailId[] = [];
    for (const email of emails) {
      const known =
        places.get(email.uid) ??
        (email.remoteId === null ? undefined : keys.get(email.remoteId)) ??
        (mayBeUnplaced ? findUnplaced(db, accountId, mailboxId, email) : undefined) ??
        (email.remoteId === null && isLive(email) ? unanswered.get(identityOf(email)) : undefined);
      if (known !== undefined) {
        // A copy that was here before is not the one that is expected.
        if (!places.has(email.uid)) settleUnplaced(db, known, mailboxId);
        unanswered.delete(identityOf(email));
        putPlace(db, mailboxId, email.uid, known, email.keywords);
        moved.push(known);
        continue;
      }
      const { remoteThreadId } = email;
      const thread = remoteThreadId === null ? threads.threadOf(email) : threadKey(db, accountId, remoteThreadId);
      const id = insertNew(db, accountId, mailboxId, thread, email);
      if (email.remoteId === null) round?.inserted.set(identityOf(email), id);
      else keys.set(email.remoteId, id);
      arrived.push({ ...email, id, mailboxIds: [mailboxId] });
    }
    refreshBase(db, moved);
    attachSavedChanges(db, accountId, arrived);
    return arrived.length;
  });
}

function insertNew(
  db: MailDb,
  accountId: AccountId,
  mailboxId: MailboxId,
  threadId: ThreadId,
  email: ImapEmail,
): EmailId {
  const keywords = normaliseKeywords(email.keywords);
  const isDeleted = keywords.includes(deletedFlag);
  const id = insertEmail(db, accountId, threadId, {
    ...email,
    keywords: keywords.filter((keyword) => keyword !== deletedFlag),
    mailboxIds: new Set(isDeleted ? [] : [mailboxId]),
  });
  putPlace(db, mailboxId, email.uid, id, keywords);
  return id;
}

export function putPlace(
  { mail }: MailDb,
  mailboxId: MailboxId,
  uid: number,
  emailId: EmailId,
  keywords: readonly string[],
): void {
  mail.run(
    `INSERT INTO imap_messages (mailbox_id, uid, email_id, keywords) VALUES (?, ?, ?, ?)
     ON CONFLICT (mailbox_id, uid) DO UPDATE SET email_id = excluded.email_id, keywords = excluded.keywords`,
    [mailboxId, uid, emailId, normaliseKeywords(keywords).join(' ')],
  );
}

/** The server's keywords of copies that are here; UIDs that are not are passed over. Returns how many changed. */
export function updateKeywords(
  db: MailDb,
  mailboxId: MailboxId,
  keywords: ReadonlyMap<number, readonly string[]>,
): number {
  return db.mail.transaction(() => {
    const changed = [...keywords].flatMap(([uid, list]) => {
      const sql = `UPDATE imap_messages SET keywords = ?1 WHERE mailbox_id = ?2 AND uid = ?3 AND keywords <> ?1
        RETURNING email_id`;
      const joined = normaliseKeywords(list).join(' ');
      return db.mail.get(sql, [joined, mailboxId, uid], (row) => row[0] as EmailId) ?? [];
    });
    refreshBase(db, changed);
    return changed.length;
  });
}

/**
 * These UIDs are gone from a mailbox; what stands nowhere else is set aside until the round is over (S21): a copy that is
 * marked is no place to stand.
 */
export function removePlaces(db: MailDb, mailboxId: MailboxId, uids: Iterable<number>, round: Round): number {
  return db.mail.transaction(() => {
    const left: EmailId[] = [];
    for (const uid of uids) {
      const id = emailAt(db, mailboxId, uid);
      if (id === undefined) continue;
      db.mail.run('DELETE FROM imap_messages WHERE mailbox_id = ? AND uid = ?', [mailboxId, uid]);
      if (!placesOf(db, id).some(isLive)) leavePlace(db, id, round);
      left.push(id);
    }
    refreshBase(db, left);
    return left.length;
  });
}

/**
 * Server base from the copies: where they stand, and their keywords as JMAP has them of a message in several mailboxes
 * (RFC 8621 §4.1.1): any of theirs, but seen only if all copies are. Returns those of which it was otherwise.
 */
export function refreshBase(db: MailDb, ids: readonly EmailId[]): EmailId[] {
  const places = placesOfEach(db, ids);
  const expected = expectedMailboxes(db, ids);
  return setServerBase(
    db,
    ids.map((id) => [id, baseOf(places.get(id) ?? [], expected.get(id))] as const),
  );
}

function baseOf(places: readonly Place[], expected: MailboxId | undefined): ServerUpdate {
  const visible = places.filter(isLive);
  const mailboxIds = new Set(visible.map(({ mailboxId }) => mailboxId));
  if (expected !== undefined) mailboxIds.add(expected);
  const copies = visible.length > 0 ? visible : places;
  return copies.length === 0 ? { mailboxIds } : { mailboxIds, keywords: combined(copies) };
}

/** What a message has of its copies' keywords (RFC 8621 §4.1.1). */
export function combined(copies: readonly Pick<Place, 'keywords'>[]): string[] {
  const keywords = new Set(copies.flatMap((copy) => copy.keywords));
  if (!copies.every((copy) => copy.keywords.includes(seen))) keywords.delete(seen);
  keywords.delete(deletedFlag);
  return [...keywords];
}
