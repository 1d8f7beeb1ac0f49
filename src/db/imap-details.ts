import type { MailboxId } from '../model/ids';
import { encoded } from './emails';
import { emailsAt } from './imap-messages';
import type { MailDb } from './mail-db';

/** What is known of a message only after its parts were looked at. */
export interface EmailDetail {
  readonly hasAttachment: boolean;
  readonly preview: string;
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
