import type { AccountId } from '../model/ids';
import type { MailDb } from './mail-db';

/** The checkpoint of a resource type, or null. Write it in the transaction of the data that it covers (S4). */
export function getState({ mail }: MailDb, accountId: AccountId, resourceType: string): string | null {
  const sql = 'SELECT state FROM sync_state WHERE account_id = ? AND resource_type = ?';
  return mail.get(sql, [accountId, resourceType], (row) => row[0] as string) ?? null;
}

export function setState(
  { mail }: MailDb,
  accountId: AccountId,
  resourceType: string,
  state: string,
  now: number,
): void {
  mail.run(
    `INSERT INTO sync_state (account_id, resource_type, state, synced_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (account_id, resource_type) DO UPDATE SET state = excluded.state, synced_at = excluded.synced_at`,
    [accountId, resourceType, state, now],
  );
}

/**
 * Advances a checkpoint only from the state that the caller started from (S6, S11): false if somebody else advanced it
 * meanwhile, and then what the caller read may be older than what is here.
 */
export function advanceState(
  db: MailDb,
  accountId: AccountId,
  resourceType: string,
  step: { readonly from: string | null; readonly to: string },
  now: number,
): boolean {
  if (getState(db, accountId, resourceType) !== step.from) return false;
  setState(db, accountId, resourceType, step.to, now);
  return true;
}

export function clearState({ mail }: MailDb, accountId: AccountId, resourceType: string): void {
  mail.run('DELETE FROM sync_state WHERE account_id = ? AND resource_type = ?', [accountId, resourceType]);
}
