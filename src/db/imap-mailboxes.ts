import type { AccountId, MailboxId } from '../model/ids';
import type { MailboxRole } from '../model/mailbox';
import type { MailDb } from './mail-db';

/** What is kept of a mailbox, to be compared with what the server lists. */
export interface StoredMailbox {
  readonly id: MailboxId;
  readonly remoteId: string;
  readonly name: string;
  readonly parentRemoteId: string | null;
  readonly role: MailboxRole | null;
  readonly isSubscribed: boolean;
  /** False: it is only a node of the tree. */
  readonly isReadable: boolean;
}

export function storedMailboxes({ mail }: MailDb, accountId: AccountId): StoredMailbox[] {
  return mail.all(
    `SELECT id, remote_id, name, parent_remote_id, role, is_subscribed, rights & 1 FROM mailboxes
     WHERE account_id = ? ORDER BY id`,
    [accountId],
    (row) => ({
      id: row[0] as MailboxId,
      remoteId: row[1] as string,
      name: row[2] as string,
      parentRemoteId: row[3] as string | null,
      role: row[4] as MailboxRole | null,
      isSubscribed: row[5] === 1,
      isReadable: row[6] === 1,
    }),
  );
}

/** The mailbox has another path now; its messages are the same. */
export function renameMailbox({ mail, changes }: MailDb, id: MailboxId, remoteId: string): void {
  changes.note('mailboxes');
  mail.run('UPDATE mailboxes SET remote_id = ? WHERE id = ?', [remoteId, id]);
}

/** All its mail is here: from now on our own counters tell more than the server's. */
export function completeMailbox({ mail, changes }: MailDb, id: MailboxId): void {
  if (mail.run('UPDATE mailboxes SET is_complete = 1 WHERE id = ? AND is_complete = 0', [id]) > 0) {
    changes.note('mailboxes');
  }
}
