import type { RefusedChange } from '../model/email';
import { grouped } from '../model/grouped';
import type { AccountId, ChangeId, EmailId } from '../model/ids';
import type { ChangeState, EmailIntent, PendingChange } from '../model/pending-change';
import type { Row } from './database';
import type { MailDb } from './mail-db';

const columns = 'id, account_id, resource_id, payload, created_at, attempts, last_error, state, may_have_left';
const ofEmail = "resource_type = 'Email' AND resource_id = ?";

function toChange(row: Row): PendingChange {
  return {
    id: row[0] as ChangeId,
    accountId: row[1] as AccountId,
    emailId: Number(row[2]) as EmailId,
    intent: JSON.parse(row[3] as string) as EmailIntent,
    createdAt: row[4] as number,
    attempts: row[5] as number,
    lastError: row[6] as string | null,
    state: row[7] as ChangeState,
    mayHaveLeft: row[8] === 1,
  };
}

/**
 * Commits an intent (S2). The caller replays it over the message in the same transaction. `isInverse`: it takes back what
 * may have reached the server without an answer, so it is sent even if the server seems to show it already.
 */
export function enqueueChange(
  { mail, changes }: MailDb,
  change: {
    readonly accountId: AccountId;
    readonly emailId: EmailId;
    readonly intent: EmailIntent;
    readonly isInverse?: boolean;
  },
  now: number,
): ChangeId {
  changes.note('outbox');
  return mail.insert(
    `INSERT INTO pending_changes (account_id, resource_type, resource_id, change_type, payload, created_at, may_have_left)
     VALUES (?, 'Email', ?, ?, ?, ?, ?)`,
    [
      change.accountId,
      String(change.emailId),
      change.intent.type,
      JSON.stringify(change.intent),
      now,
      change.isInverse === true ? 1 : 0,
    ],
  ) as ChangeId;
}

/** What is wanted of a message, in order; and whether something was refused, which is not replayed. */
export interface Wanted {
  readonly intents: readonly EmailIntent[];
  readonly failed: boolean;
}

/** Of these messages those that something is queued for, or was refused. */
export function intentsOf({ mail }: MailDb, emailIds: readonly EmailId[]): Map<EmailId, Wanted> {
  const rows = mail.all(
    `SELECT resource_id, payload, state FROM pending_changes
     WHERE resource_type = 'Email' AND resource_id IN (SELECT value FROM json_each(?)) ORDER BY id`,
    [JSON.stringify(emailIds.map(String))],
    ([emailId, payload, state]) =>
      [
        Number(emailId) as EmailId,
        { intent: JSON.parse(payload as string) as EmailIntent, failed: state === 'failed' },
      ] as const,
  );
  return new Map(
    [...grouped(rows)].map(([id, list]) => [
      id,
      {
        intents: list.filter(({ failed }) => !failed).map(({ intent }) => intent),
        failed: list.some(({ failed }) => failed),
      },
    ]),
  );
}

/** What is to be sent, oldest first (S27), at most of `limit` messages; all queued changes of each of them. */
export function queuedChanges({ mail }: MailDb, accountId: AccountId, limit: number): PendingChange[] {
  return mail.all(
    `SELECT ${columns} FROM pending_changes WHERE state = 'queued' AND resource_type = 'Email' AND resource_id IN (
       SELECT resource_id FROM pending_changes WHERE account_id = ? AND state = 'queued' AND resource_type = 'Email'
       GROUP BY resource_id ORDER BY min(id) LIMIT ?)
     ORDER BY id`,
    [accountId, limit],
    toChange,
  );
}

/** Every waiting or refused change of a message that is here, oldest first; saved-changes.ts has the others. */
export function listChanges({ mail }: MailDb): PendingChange[] {
  return mail.all(`SELECT ${columns} FROM pending_changes WHERE resource_type = 'Email' ORDER BY id`, [], toChange);
}

export function getChanges({ mail }: MailDb, ids: readonly ChangeId[]): PendingChange[] {
  const sql = `SELECT ${columns} FROM pending_changes
    WHERE resource_type = 'Email' AND id IN (SELECT value FROM json_each(?)) ORDER BY id`;
  return mail.all(sql, [JSON.stringify(ids)], toChange);
}

/** What waits of one message, or was refused, oldest first. */
export function changesOf({ mail }: MailDb, emailId: EmailId): PendingChange[] {
  return mail.all(`SELECT ${columns} FROM pending_changes WHERE ${ofEmail} ORDER BY id`, [String(emailId)], toChange);
}

/** What the server refused of a message, oldest first. */
export function refusedChanges(db: MailDb, emailId: EmailId): RefusedChange[] {
  return changesOf(db, emailId)
    .filter(({ state }) => state === 'failed')
    .map(({ id, intent, lastError }) => ({ changeId: id, intent, reason: lastError }));
}

export function setChangeState(
  { mail, changes }: MailDb,
  ids: readonly ChangeId[],
  state: ChangeState,
  result: { readonly lastError: string | null; readonly countAttempt: boolean },
): void {
  if (ids.length === 0) return;
  changes.note('outbox');
  mail.run(
    `UPDATE pending_changes SET state = ?, last_error = ?, attempts = attempts + ?,
       may_have_left = max(may_have_left, ?) WHERE id IN (SELECT value FROM json_each(?))`,
    [state, result.lastError, result.countAttempt ? 1 : 0, state === 'sending' ? 1 : 0, JSON.stringify(ids)],
  );
}

/** Less is wanted by it than before. */
export function setIntent({ mail, changes }: MailDb, id: ChangeId, intent: EmailIntent): void {
  changes.note('outbox');
  mail.run('UPDATE pending_changes SET payload = ? WHERE id = ?', [JSON.stringify(intent), id]);
}

export function deleteChanges({ mail, changes }: MailDb, ids: readonly ChangeId[]): void {
  if (ids.length === 0) return;
  changes.note('outbox');
  mail.run('DELETE FROM pending_changes WHERE id IN (SELECT value FROM json_each(?))', [JSON.stringify(ids)]);
}

/**
 * After a crash, or where the answer could not be written down (full disk): what was on its way, of an account or (null)
 * of all, is sent again. Right because every intent is a patch that commutes (S10).
 */
export function requeueInterrupted({ mail, changes }: MailDb, accountId: AccountId | null = null): void {
  const sql =
    "UPDATE pending_changes SET state = 'queued' WHERE state = 'sending' AND coalesce(?1, account_id) = account_id";
  if (mail.run(sql, [accountId]) > 0) changes.note('outbox');
}

/** Of one account, or (null) of all. */
export function countChanges(
  { mail }: MailDb,
  accountId: AccountId | null = null,
): { pending: number; failed: number } {
  const sql = `SELECT count(*), coalesce(sum(state = 'failed'), 0) FROM pending_changes
    WHERE coalesce(?1, account_id) = account_id`;
  const counts = mail.get(sql, [accountId], (row) => ({ all: row[0] as number, failed: row[1] as number }));
  return { pending: (counts?.all ?? 0) - (counts?.failed ?? 0), failed: counts?.failed ?? 0 };
}
