import type { AccountId, EmailId, MailboxId } from '../model/ids';
import type { SavedEmail } from '../model/saved-change';
import { emailKey } from './emails';
import type { MailDb } from './mail-db';
import { mailboxKeys } from './mailboxes';
import { attach, failSavedChange, selectSavedChanges, unknownMessage } from './saved-changes';

const messageNotFound = 'The message of this change is not on the server any more.';

/** Gives their message to those of the saved changes whose message is here already: after a backup was restored. */
export function attachToKnown(db: MailDb, accountId: AccountId): void {
  for (const waiting of selectSavedChanges(db, 'account_id = ?', [accountId])) {
    const { email } = waiting.change;
    const id = email === null ? undefined : findExactly(db, accountId, email);
    if (id !== undefined) attach(db, id, [waiting]);
  }
}

/**
 * All mail of the account is here: what still waits is given the only message that is the same but for its place or id
 * (the server may have numbered it anew, or another client moved it), or has failed, for the person to see (S30).
 */
export function settleSavedChanges(db: MailDb, accountId: AccountId): void {
  db.mail.transaction(() => {
    attachToKnown(db, accountId);
    for (const waiting of selectSavedChanges(db, "account_id = ? AND state = 'queued'", [accountId])) {
      const { email } = waiting.change;
      const [id, ...others] = email === null ? [] : findAlike(db, accountId, email);
      if (id !== undefined && others.length === 0) attach(db, id, [waiting]);
      else failSavedChange(db, waiting.id, email === null ? unknownMessage : messageNotFound);
    }
  });
}

function findExactly(db: MailDb, accountId: AccountId, email: SavedEmail): EmailId | undefined {
  if (email.remoteId !== null) return emailKey(db, accountId, email.remoteId);
  const mailbox = mailboxKeys(db, accountId).get(email.mailboxes[0] ?? '');
  return mailbox === undefined ? undefined : findAlike(db, accountId, email, mailbox)[0];
}

/** Messages of the same Message-ID, size and date; `only`: in this mailbox. */
function findAlike({ mail }: MailDb, accountId: AccountId, email: SavedEmail, only?: MailboxId): EmailId[] {
  return mail.all(
    `SELECT DISTINCT e.id FROM mailboxes m
     JOIN email_mailboxes at ON at.mailbox_id = m.id AND at.shown = 1 AND at.received_at = ?
     JOIN emails e ON e.id = at.email_id
     WHERE m.account_id = ? AND (? IS NULL OR m.id = ?) AND e.size = ? AND e.message_id = ?`,
    [email.receivedAt, accountId, only ?? null, only ?? null, email.size, email.messageId],
    (row) => row[0] as EmailId,
  );
}
