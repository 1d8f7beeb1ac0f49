import type { MailboxId } from '../model/ids';
import { encoded } from './emails';
import { emailsAt } from './imap-messages';
import type { MailDb } from './mail-db';

/** What is known of a message only after its parts were looked at. */
export interface EmailDetail {
  readonly hasAttachment: boolean;
  readonly preview: string;
}

/** UIDs from one on, ascending, of which no details are known; some of them have none. */
export function withoutDetails({ mail }: MailDb, mailboxId: MailboxId, from: number): number[] {
  const sql = `SELECT i.uid FROM imap_messages i JOIN emails e ON e.id = i.email_id
    WHERE i.mailbox_id = ? AND i.uid >= ? AND e.preview = '' AND e.has_attachment = 0 ORDER BY i.uid`;
  return mail.all(sql, [mailboxId, from], (row) => row[0] as number);
}

export function setDetails(db: MailDb, mailboxId: MailboxId, details: ReadonlyMap<number, EmailDetail>): void {
  db.mail.transaction(() => {
    for (const [uid, id] of emailsAt(db, mailboxId, details.keys())) {
      const detail = details.get(uid);
      if (detail === undefined) continue;
      const sql = `UPDATE emails SET has_attachment = ?1, preview = CAST(?2 AS TEXT)
        WHERE id = ?3 AND (has_attachment <> ?1 OR preview <> CAST(?2 AS TEXT))`;
      if (db.mail.run(sql, [detail.hasAttachment ? 1 : 0, encoded(detail.preview.toWellFormed()), id]) === 0) continue;
      db.changes.noteEmail(id);
      db.changes.noteMessages(mailboxId);
    }
  });
}
