import type { AccountId, EmailId, MailboxId } from '../model/ids';
import { expectNowhereYet } from './imap-unplaced';
import { refreshBase } from './imap-messages';
import type { MailDb } from './mail-db';
import { getServerStates } from './overlay';

/** What is known of the message at a UID. */
export interface PlacedEmail {
  readonly id: EmailId;
  readonly remoteId: string | null;
  readonly size: number;
  readonly receivedAt: number;
  readonly messageId: string;
  /** Of this copy, joined by spaces. */
  readonly keywords: string;
}

/** The messages at these UIDs; those that are not here are left out. */
export function emailsAt(
  { mail }: MailDb,
  mailboxId: MailboxId,
  uids: readonly number[],
): ReadonlyMap<number, PlacedEmail> {
  const sql = `SELECT i.uid, e.id, e.remote_id, e.size, e.received_at, e.message_id, i.keywords
    FROM imap_messages i JOIN emails e ON e.id = i.email_id
    WHERE i.mailbox_id = ? AND i.uid IN (SELECT value FROM json_each(?))`;
  return new Map(
    mail.all(sql, [mailboxId, JSON.stringify(uids)], ([uid, id, remoteId, size, receivedAt, messageId, keywords]) => [
      uid as number,
      {
        id: id as EmailId,
        remoteId: remoteId as string | null,
        size: size as number,
        receivedAt: receivedAt as number,
        messageId: messageId as string,
        keywords: keywords as string,
      },
    ]),
  );
}

/** Messages that have no copy on the server and are not looked for: from here on they are (S21). */
export function setStraysAside(db: MailDb, accountId: AccountId): EmailId[] {
  return db.mail.transaction(() => {
    const strays = db.mail.all(
      `SELECT id FROM emails WHERE account_id = ? AND id NOT IN (SELECT email_id FROM imap_messages)
         AND id NOT IN (SELECT email_id FROM imap_unplaced)`,
      [accountId],
      (row) => row[0] as EmailId,
    );
    for (const id of strays) expectNowhereYet(db, id);
    return strays;
  });
}

/** Every message that has a copy, in order. */
export function placedEmails({ mail }: MailDb, accountId: AccountId): EmailId[] {
  const sql = `SELECT id FROM emails WHERE account_id = ? AND id IN (SELECT email_id FROM imap_messages) ORDER BY id`;
  return mail.all(sql, [accountId], (row) => row[0] as EmailId);
}

/** Has the bases of messages follow from their copies again; what of them did not. */
export function mendBases(db: MailDb, ids: readonly EmailId[]): Map<EmailId, 'keywords' | 'places'> {
  const before = getServerStates(db, ids);
  const mended = refreshBase(db, ids);
  const after = getServerStates(db, mended);
  const keywords = (id: EmailId, states: typeof before): string | undefined => states.get(id)?.keywords.join(' ');
  return new Map(mended.map((id) => [id, keywords(id, before) === keywords(id, after) ? 'places' : 'keywords']));
}

/** The server's id of a message was wrong here. False: another message has it. */
export function correctRemoteId({ mail }: MailDb, id: EmailId, remoteId: string): boolean {
  return mail.run('UPDATE OR IGNORE emails SET remote_id = ? WHERE id = ?', [remoteId, id]) > 0;
}

export function hasEmail({ mail }: MailDb, id: EmailId): boolean {
  return mail.get('SELECT 1 FROM emails WHERE id = ?', [id], () => true) ?? false;
}

/** Checkpoints of mailboxes that are not here. */
export function deleteLostCheckpoints({ mail }: MailDb, accountId: AccountId): number {
  const sql = `DELETE FROM sync_state WHERE account_id = ? AND resource_type LIKE 'IMAP:%'
    AND CAST(substr(resource_type, 6) AS INTEGER) NOT IN (SELECT id FROM mailboxes)`;
  return mail.run(sql, [accountId]);
}
