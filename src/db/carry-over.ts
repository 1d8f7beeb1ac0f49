import { isSameMail } from '../model/same-mail';
import { getAccount, insertAccount, replaceInMail, updateAccount } from './accounts';
import type { MailDb } from './mail-db';
import { insertSavedChange } from './saved-changes';
import { attachToKnown } from './settle-saved-changes';
import { keyedTables } from './salvage/rows';
import type { Saved } from './salvage/read-saved';
import { trustSender } from './trusted-senders';

/** Added where the old file does not tell its highest key: more than any mailbox ever gave. */
const keyLeap = 1_000_000_000;

const perhapsSent = 'Saved from a damaged database, which no longer tells whether it was sent. Retry sends it.';

/**
 * Puts what only the old database had into the one that takes its place, in one transaction. Settings of accounts are
 * those of the old one, which is the newer: a password must not go to a server that the person has left.
 */
export function carryOver(db: MailDb, saved: Saved): void {
  db.mail.transaction(() => {
    for (const { account, createdAt } of saved.accounts) {
      const known = getAccount(db, account.id);
      if (known === undefined) insertAccount(db, account, createdAt);
      else if (isSameMail(known.settings, account.settings)) updateAccount(db, account);
      else replaceInMail(db, account); // the backup has the mail of the user or server before
    }
    for (const { email, trustedAt } of saved.senders) trustSender(db, email, true, trustedAt);
    raiseKeys(db, saved);
    for (const { id: _, state, lastError, ...row } of saved.changes) {
      const isFailed = state === 'failed' || saved.isDoubtful;
      insertSavedChange(db, { ...row, isFailed, lastError: state !== 'failed' && isFailed ? perhapsSent : lastError });
    }
    for (const { account } of saved.accounts) attachToKnown(db, account.id);
  });
}

/** Views, bodies and files remember messages by our keys: one of the old database must never mean another message. */
function raiseKeys({ mail }: MailDb, { keys }: Saved): void {
  for (const table of keyedTables) {
    const sql = 'SELECT seq FROM sqlite_sequence WHERE name = ?';
    const own = mail.get(sql, [table], (row) => row[0] as number);
    const key = Math.max(own ?? 0, keys.get(table) ?? (own ?? 0) + keyLeap);
    if (own === undefined) mail.run('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', [table, key]);
    else mail.run('UPDATE sqlite_sequence SET seq = ? WHERE name = ?', [key, table]);
  }
}
