import type { AccountId, EmailId, MailboxId, ThreadId } from '../model/ids';
import type { MailboxRole } from '../model/mailbox';
import { unpackKeywords } from './keyword-columns';
import type { MailDb } from './mail-db';

/** A message as it is shown: what an action starts from. */
export interface ShownEmail {
  readonly id: EmailId;
  readonly accountId: AccountId;
  readonly keywords: readonly string[];
  readonly mailboxes: ReadonlyMap<MailboxId, MailboxRole | null>;
}

/** Undefined: there is no such message, or it is shown nowhere (destroyed here, and not yet on the server). */
export function shownEmail({ mail }: MailDb, id: EmailId): ShownEmail | undefined {
  const email = mail.get('SELECT account_id, flags, keywords FROM emails WHERE id = ?', [id], (row) => ({
    id,
    accountId: row[0] as AccountId,
    keywords: unpackKeywords(row[1] as number, row[2] as string),
    mailboxes: new Map(
      mail.all(
        `SELECT b.id, b.role FROM email_mailboxes m JOIN mailboxes b ON b.id = m.mailbox_id
         WHERE m.email_id = ? AND m.shown = 1`,
        [id],
        (at) => [at[0] as MailboxId, at[1] as MailboxRole | null],
      ),
    ),
  }));
  return email === undefined || email.mailboxes.size === 0 ? undefined : email;
}

/** The messages of a thread that are shown in a mailbox, oldest first. */
export function shownInThread({ mail }: MailDb, threadId: ThreadId, mailboxId: MailboxId): EmailId[] {
  return mail.all(
    `SELECT email_id FROM email_mailboxes WHERE mailbox_id = ? AND thread_id = ? AND shown = 1
     ORDER BY received_at, email_id`,
    [mailboxId, threadId],
    (row) => row[0] as EmailId,
  );
}
