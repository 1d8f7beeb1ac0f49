import * as v from 'valibot';
import type { AccountId, ChangeId, EmailId, MailboxId } from '../model/ids';
import { mapMailboxes, type ChangeState, type EmailIntent } from '../model/pending-change';
import { savedChange, type SavedChange, type SavedEmail, type SavedIntent } from '../model/saved-change';
import { identityOf } from './email-identity';
import type { MailDb } from './mail-db';
import { mailboxKeys } from './mailboxes';
import { replayPending } from './overlay';

/**
 * Changes saved from a damaged or replaced database wait in `pending_changes` for the row of their message, under
 * `resource_type` 'SavedEmail' and what the message is known by as `resource_id`. Once the message is here they become
 * ordinary changes of it, in the place of the queue that they had.
 */
export interface WaitingChange {
  readonly id: ChangeId;
  readonly accountId: AccountId;
  readonly change: SavedChange;
  readonly createdAt: number;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly state: ChangeState;
}

const isSaved = "resource_type = 'SavedEmail'";

export const unknownMessage = 'The damaged database no longer tells which message this change was made to.';
const mailboxNotFound = 'The mailbox of this change is not on the server any more.';

/** The server's own id where it has one; else what copies of a message have in common, and the mailbox (S20). */
function lookUpKey(email: SavedEmail): string {
  if (email.remoteId !== null) return `id:${email.remoteId}`;
  const identity = identityOf({ ...email, messageId: [email.messageId] });
  return copyKey(identity, email.mailboxes[0] ?? '');
}

const copyKey = (identity: number, mailbox: string): string => `copy:${identity}:${mailbox}`;

export function insertSavedChange(
  { mail, changes }: MailDb,
  row: {
    readonly accountId: AccountId;
    readonly change: SavedChange;
    readonly changeType: string;
    readonly createdAt: number;
    readonly attempts: number;
    readonly lastError: string | null;
    readonly isFailed: boolean;
    readonly mayHaveLeft: boolean;
  },
): void {
  const { email } = row.change;
  changes.note('outbox');
  mail.run(
    `INSERT INTO pending_changes (account_id, resource_type, resource_id, change_type, payload, created_at, attempts,
       last_error, state, may_have_left) VALUES (?, 'SavedEmail', ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      row.accountId,
      email === null ? '' : lookUpKey(email),
      row.changeType,
      JSON.stringify(row.change),
      row.createdAt,
      row.attempts,
      email === null ? unknownMessage : row.lastError,
      row.isFailed || email === null ? 'failed' : 'queued',
      row.mayHaveLeft ? 1 : 0,
    ],
  );
}

const columns = 'id, account_id, payload, created_at, attempts, last_error, state';

export function selectSavedChanges({ mail }: MailDb, where: string, params: readonly string[]): WaitingChange[] {
  return mail.all(
    `SELECT ${columns} FROM pending_changes WHERE ${isSaved} AND ${where} ORDER BY id`,
    params,
    ([id, accountId, payload, createdAt, attempts, lastError, state]) => ({
      id: id as ChangeId,
      accountId: accountId as AccountId,
      change: v.parse(savedChange, JSON.parse(payload as string)),
      createdAt: createdAt as number,
      attempts: attempts as number,
      lastError: lastError as string | null,
      state: state as ChangeState,
    }),
  );
}

/** All of them, oldest first. */
export function listSavedChanges(db: MailDb): WaitingChange[] {
  return selectSavedChanges(db, '1', []);
}

/** How many of an account have not found their message. */
export function countSavedChanges({ mail }: MailDb, accountId: AccountId): number {
  const sql = `SELECT count(*) FROM pending_changes WHERE ${isSaved} AND account_id = ?`;
  return mail.get(sql, [accountId], (row) => row[0] as number) ?? 0;
}

/** A message that has just been stored, and the mailbox where it was found. */
export interface Arrived {
  readonly id: EmailId;
  readonly remoteId: string | null;
  readonly messageId: readonly string[];
  readonly size: number;
  readonly receivedAt: number;
  readonly mailboxIds: Iterable<MailboxId>;
}

/** Gives these messages the changes that waited for them. In the transaction in which they were stored. */
export function attachSavedChanges(db: MailDb, accountId: AccountId, arrived: readonly Arrived[]): void {
  if (arrived.length === 0 || countSavedChanges(db, accountId) === 0) return;
  const remoteIds = new Map([...mailboxKeys(db, accountId)].map(([remoteId, id]) => [id, remoteId]));
  for (const email of arrived) {
    const copies = [...email.mailboxIds].map((id) => copyKey(identityOf(email), remoteIds.get(id) ?? ''));
    const keys = email.remoteId === null ? copies : [`id:${email.remoteId}`, ...copies];
    for (const key of keys) {
      const waiting = selectSavedChanges(db, 'resource_id = ? AND account_id = ?', [key, accountId]);
      if (waiting.length > 0) attach(db, email.id, waiting);
    }
  }
}

/** They become changes of this message, and what it shows (S1). One without its mailbox fails and stays. */
export function attach(db: MailDb, emailId: EmailId, waiting: readonly WaitingChange[]): void {
  db.changes.note('outbox');
  for (const { id, accountId, change } of waiting) {
    const intent = toIntent(change.intent, mailboxKeys(db, accountId));
    if (intent === null) {
      failSavedChange(db, id, mailboxNotFound);
      continue;
    }
    db.mail.run("UPDATE pending_changes SET resource_type = 'Email', resource_id = ?, payload = ? WHERE id = ?", [
      String(emailId),
      JSON.stringify(intent),
      id,
    ]);
  }
  replayPending(db, [emailId]);
}

/** Null: a mailbox to which the message was to go is gone. */
function toIntent(intent: SavedIntent, keys: ReadonlyMap<string, MailboxId>): EmailIntent | null {
  if (intent.type === 'mailboxes' && !intent.add.every((remoteId) => keys.has(remoteId))) return null;
  return mapMailboxes(intent, (remoteIds) => remoteIds.flatMap((remoteId) => keys.get(remoteId) ?? []));
}

/** What such a change wants as far as its mailboxes are known here, for the list of what waits. */
export function describedIntent(
  db: MailDb,
  { accountId, change }: Pick<WaitingChange, 'accountId' | 'change'>,
): EmailIntent {
  const keys = mailboxKeys(db, accountId);
  const named = (remoteIds: readonly string[]): MailboxId[] =>
    remoteIds.map((remoteId) => keys.get(remoteId) ?? (0 as MailboxId)); // no mailbox has this key: it is shown as gone
  return mapMailboxes(change.intent, named);
}

export function failSavedChange({ mail, changes }: MailDb, id: ChangeId, why: string): void {
  changes.note('outbox');
  mail.run("UPDATE pending_changes SET state = 'failed', last_error = ? WHERE id = ?", [why, id]);
}
