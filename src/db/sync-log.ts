import type { AccountId } from '../model/ids';
import type { MailDb } from './mail-db';

export interface LogEntry {
  readonly accountId: AccountId | null;
  /** ms since 1970; for people only (S37). */
  readonly startedAt: number;
  /** ms. */
  readonly duration: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly kind: string;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number>>;
}

/** S38: bounded in size. Trimmed in steps, so that not every entry pays for it. */
const mostEntries = 5000;
const trimEvery = 250;
const longestText = 2000;

/** Never hand over a credential or the text of a mail (S38). */
export function appendLog({ mail }: MailDb, entry: LogEntry): void {
  const details = JSON.stringify(
    Object.fromEntries(
      Object.entries(entry.details).map(([key, value]) => [
        key,
        typeof value === 'string' ? value.slice(0, longestText) : value,
      ]),
    ),
  );
  const id = mail.insert(
    `INSERT INTO sync_log (account_id, account_name, started_at, duration, level, kind, message, details)
     VALUES (?, (SELECT name FROM accounts WHERE id = ?), ?, ?, ?, ?, ?, ?)`,
    [
      entry.accountId,
      entry.accountId,
      entry.startedAt,
      Math.round(entry.duration),
      entry.level,
      entry.kind,
      entry.message.slice(0, longestText),
      details,
    ],
  );
  if (id % trimEvery === 0) mail.run('DELETE FROM sync_log WHERE id <= ?', [id - mostEntries]);
}

/** What became of a database file: of no account. A path belongs into the details, for it names a person. */
export function logDatabase(db: MailDb, said: Pick<LogEntry, 'message' | 'details'>): void {
  const when = { startedAt: Date.now(), duration: 0 };
  appendLog(db, { accountId: null, ...when, level: 'warning', kind: 'database', ...said });
}

export interface StoredLogEntry extends LogEntry {
  readonly id: number;
  readonly accountName: string | null;
}

export interface LogFilter {
  /** Null: every account, and what concerns none. */
  readonly accountIds: readonly AccountId[] | null;
  readonly levels: readonly LogEntry['level'][] | null;
  readonly limit: number;
}

/** The newest `limit` entries, newest last. */
export function readLog({ mail }: MailDb, { accountIds, levels, limit }: LogFilter): StoredLogEntry[] {
  const rows = mail.all(
    `SELECT id, account_id, account_name, started_at, duration, level, kind, message, details FROM sync_log
     WHERE (?1 IS NULL OR account_id IN (SELECT value FROM json_each(?1)))
       AND (?2 IS NULL OR level IN (SELECT value FROM json_each(?2))) ORDER BY id DESC LIMIT ?3`,
    [accountIds && JSON.stringify(accountIds), levels && JSON.stringify(levels), limit],
    (row): StoredLogEntry => ({
      id: row[0] as number,
      accountId: row[1] as AccountId | null,
      accountName: row[2] as string | null,
      startedAt: row[3] as number,
      duration: row[4] as number,
      level: row[5] as StoredLogEntry['level'],
      kind: row[6] as string,
      message: row[7] as string,
      details: JSON.parse(row[8] as string) as Record<string, string | number>,
    }),
  );
  return rows.reverse();
}
