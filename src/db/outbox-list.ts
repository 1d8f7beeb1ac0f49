import * as v from 'valibot';
import type { AccountId, ChangeId, EmailId } from '../model/ids';
import type { OutboxGroup, OutboxItem } from '../model/outbox-item';
import type { ChangeState, EmailIntent } from '../model/pending-change';
import { savedChange } from '../model/saved-change';
import type { Row } from './database';
import type { MailDb } from './mail-db';
import { countChanges } from './pending-changes';
import { describedIntent } from './saved-changes';

/**
 * A queue may hold tens of thousands of changes, and a view asks for it while it drains: it gets each group's count and first
 * changes only. Groups are few, unless a server words each refusal differently.
 */
const [mostGroups, mostChanges, mostOfGroup] = [50, 1000, 200];

const columns =
  'p.id, p.account_id, p.resource_type, p.resource_id, p.payload, p.created_at, p.attempts, p.last_error, p.state';
const withSubject = `pending_changes p
  LEFT JOIN emails e ON p.resource_type = 'Email' AND e.id = CAST(p.resource_id AS INTEGER)`;

function toItem(db: MailDb, row: Row): OutboxItem {
  const accountId = row[1] as AccountId;
  const payload: unknown = JSON.parse(row[4] as string);
  const common = {
    changeId: row[0] as ChangeId,
    accountId,
    createdAt: row[5] as number,
    attempts: row[6] as number,
    lastError: row[7] as string | null,
    state: row[8] as ChangeState,
  };
  if (row[2] === 'Email') {
    const subject = (row[9] as string | null) ?? '';
    return { ...common, emailId: Number(row[3]) as EmailId, subject, intent: payload as EmailIntent };
  }
  const change = v.parse(savedChange, payload);
  const intent = describedIntent(db, { accountId, change });
  return { ...common, emailId: null, subject: change.email?.subject ?? '', intent };
}

/** What waits and what failed, in groups; those of the oldest changes first. `left`: failed changes of yet other groups. */
export function listOutbox(db: MailDb): { readonly groups: readonly OutboxGroup[]; readonly left: number } {
  const sizes = groupSizes(db);
  const limit = Math.min(mostOfGroup, Math.floor(mostChanges / Math.max(1, sizes.length)));
  const groups = sizes.map(({ first, ...group }) => ({ ...group, changes: firstOf(db, { first, ...group }, limit) }));
  const { pending, failed } = countChanges(db);
  return { groups, left: pending + failed - groups.reduce((sum, { count }) => sum + count, 0) };
}

interface GroupSize extends Omit<OutboxGroup, 'changes'> {
  readonly first: ChangeId;
}

/** What waits before what failed, so that a limit of groups leaves out none that waits. */
function groupSizes({ mail }: MailDb): GroupSize[] {
  return mail.all(
    `SELECT account_id, state = 'failed' AS failed, iif(state = 'failed', coalesce(last_error, ''), '') AS reason,
       count(*), min(id) AS first
     FROM pending_changes GROUP BY account_id, failed, reason ORDER BY failed, first LIMIT ?`,
    [mostGroups],
    ([accountId, failed, reason, count, first]) => ({
      accountId: accountId as AccountId,
      state: failed === 1 ? 'failed' : 'waiting',
      reason: reason as string,
      count: count as number,
      first: first as ChangeId,
    }),
  );
}

/** Found by walking along the queue from where the group begins: most groups are one row after another. */
function firstOf(db: MailDb, { accountId, state, reason, first }: GroupSize, limit: number): OutboxItem[] {
  return db.mail.all(
    `SELECT ${columns}, e.subject FROM ${withSubject} WHERE p.id >= ? AND p.account_id = ?
       AND (p.state = 'failed') = ? AND iif(p.state = 'failed', coalesce(p.last_error, ''), '') = ?
     ORDER BY p.id LIMIT ?`,
    [first, accountId, state === 'failed' ? 1 : 0, reason, limit],
    (row) => toItem(db, row),
  );
}

export function getOutboxItem(db: MailDb, changeId: ChangeId): OutboxItem | null {
  const sql = `SELECT ${columns}, e.subject FROM ${withSubject} WHERE p.id = ?`;
  return db.mail.get(sql, [changeId], (row) => toItem(db, row)) ?? null;
}

/** Those that failed, in the order of the queue: of all accounts or (not null) one, for any reason or (not null) one. */
export function failedChanges({ mail }: MailDb, accountId: AccountId | null, reason: string | null): ChangeId[] {
  return mail.all(
    `SELECT id FROM pending_changes WHERE state = 'failed' AND coalesce(?1, account_id) = account_id
       AND coalesce(?2, last_error, '') = coalesce(last_error, '') ORDER BY id`,
    [accountId, reason],
    (row) => row[0] as ChangeId,
  );
}
