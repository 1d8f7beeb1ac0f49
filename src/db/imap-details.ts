import type { MailboxId } from '../model/ids';
import type { MailDb } from './mail-db';
import { emailAt } from './imap-messages';

/** What is known of a message only after its parts were looked at. */
export interface EmailDetail {
  readonly hasAttachment: boolean;
  readonly preview: string;
}

export function setDetails(db: MailDb, mailboxId: MailboxId, details: ReadonlyMap<number, EmailDetail>): void {
  db.mail.transaction(() => {
    for (const [uid, { hasAttachment, preview }] of details) {
      const id = emailAt(db, mailboxId, uid);
      if (id === undefined) continue;
      const text = preview.toWellFormed();
      const flag = hasAttachment ? 1 : 0;
      const sql =
        'UPDATE emails SET has_attachment = ?, preview = ? WHERE id = ? AND (has_attachment <> ? OR preview <> ?)';
      if (db.mail.run(sql, [flag, text, id, flag, text]) === 0) continue;
      db.changes.noteEmail(id);
      db.changes.noteMessages(mailboxId);
    }
  });
}
