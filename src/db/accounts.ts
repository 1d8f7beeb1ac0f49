import type { Account, AccountSettings } from '../model/account';
import type { AccountId, EmailId } from '../model/ids';
import type { AccountRow } from './accounts-copy';
import { deleteBodies } from './bodies';
import type { Row } from './database';
import { forgetThreadKeys } from './imap-threads';
import type { MailDb } from './mail-db';

const columns = 'id, name, email, settings';

function toAccount(row: Row): Account {
  return {
    id: row[0] as AccountId,
    name: row[1] as string,
    email: row[2] as string,
    settings: JSON.parse(row[3] as string) as AccountSettings,
  };
}

/** In the order in which they were added. */
export function listAccounts({ mail }: MailDb): Account[] {
  return mail.all(`SELECT ${columns} FROM accounts ORDER BY created_at, id`, [], toAccount);
}

export function getAccount({ mail }: MailDb, id: AccountId): Account | undefined {
  return mail.get(`SELECT ${columns} FROM accounts WHERE id = ?`, [id], toAccount);
}

/** The same, as the second copy has them. */
export function accountRows({ mail }: MailDb): AccountRow[] {
  return mail.all(`SELECT ${columns}, created_at FROM accounts ORDER BY created_at, id`, [], (row) => ({
    account: toAccount(row),
    createdAt: row[4] as number,
  }));
}

export function insertAccount(db: MailDb, account: Account, now: number): void {
  const rows = accountRows(db);
  changeBoth(db, rows, [...rows, { account, createdAt: now }], () => {
    insertRow(db, { account, createdAt: now });
  });
}

function insertRow({ mail, changes }: MailDb, { account, createdAt }: AccountRow): void {
  changes.note('accounts');
  mail.run('INSERT INTO accounts (id, name, email, settings, created_at) VALUES (?, ?, ?, ?, ?)', [
    account.id,
    account.name,
    account.email,
    JSON.stringify(account.settings),
    createdAt,
  ]);
}

export function updateAccount(db: MailDb, account: Account): void {
  const rows = accountRows(db);
  changeBoth(db, rows, withAccount(rows, account), () => {
    db.changes.note('accounts');
    db.mail.run('UPDATE accounts SET name = ?, email = ?, settings = ? WHERE id = ?', [
      account.name,
      account.email,
      JSON.stringify(account.settings),
      account.id,
    ]);
  });
}

const withAccount = (rows: readonly AccountRow[], account: Account): AccountRow[] =>
  rows.map((row) => (row.account.id === account.id ? { ...row, account } : row));

/** The copy first (accounts-copy.ts): a kill in between leaves one that is ahead of mail.db, which opening it mends. */
function changeBoth(
  db: MailDb,
  before: readonly AccountRow[],
  after: readonly AccountRow[],
  changeMail: () => void,
): void {
  db.copyAccounts(after);
  try {
    changeMail();
  } catch (error) {
    try {
      db.copyAccounts(before);
    } catch {
      // The same disk: the next opening mends it.
    }
    throw error;
  }
}

/**
 * Changes an account and empties it at once: its settings lead to other mail now (same-mail.ts). A crash leaves either
 * the old settings with the old mail, or the new ones with none. Returns the messages that went.
 */
export function replaceAccount(db: MailDb, account: Account): EmailId[] {
  const gone = emailIdsOf(db, account.id);
  replaceInMail(db, account);
  deleteBodies(db, gone);
  return gone;
}

/** The same in mail.db alone, where bodies.db is emptied anyway. */
export function replaceInMail(db: MailDb, account: Account): void {
  const rows = accountRows(db);
  const replaced = withAccount(rows, account);
  const changed = replaced.find((row) => row.account.id === account.id);
  const replaceRow = (): void => {
    deleteRows(db, account.id);
    if (changed !== undefined) insertRow(db, changed);
  };
  changeBoth(db, rows, replaced, () => db.mail.transaction(replaceRow));
}

/** Deletes the account with everything of it in all files, waiting changes too. Returns the messages that went. */
export function deleteAccount(db: MailDb, id: AccountId): EmailId[] {
  const rows = accountRows(db);
  const others = rows.filter(({ account }) => account.id !== id);
  const gone = emailIdsOf(db, id);
  changeBoth(db, rows, others, () => db.mail.transaction(() => deleteRows(db, id)));
  // After the commit: a crash in between leaves bodies that nothing refers to, and whose keys are never used again.
  deleteBodies(db, gone);
  return gone;
}

function emailIdsOf({ mail }: MailDb, id: AccountId): EmailId[] {
  return mail.all('SELECT id FROM emails WHERE account_id = ?', [id], (row) => row[0] as EmailId);
}

function deleteRows(db: MailDb, id: AccountId): void {
  const { mail, changes } = db;
  for (const what of ['accounts', 'mailboxes', 'outbox', 'status'] as const) changes.note(what);
  mail.run('DELETE FROM pending_changes WHERE account_id = ?', [id]);
  forgetThreadKeys(db, id);
  mail.run('DELETE FROM email_mailboxes WHERE email_id IN (SELECT id FROM emails WHERE account_id = ?)', [id]);
  mail.run('DELETE FROM emails WHERE account_id = ?', [id]);
  mail.run('DELETE FROM accounts WHERE id = ?', [id]);
}
