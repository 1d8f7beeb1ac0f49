import * as v from 'valibot';
import { clearState, getState, setState } from '../../db/sync-state';
import type { MailDb } from '../../db/mail-db';
import type { AccountId } from '../../model/ids';
import { reconcileType } from './jmap-context';

/**
 * Why all messages have to be walked over: `first` (not all are here yet) or `stale` (what is here may be wrong, S8).
 * `number` tells one debt from the next: what a walk has compared does not count for a debt made after it began.
 * `attempts`: walks that came to their end without being complete (S9).
 */
const owedSchema = v.object({
  reason: v.picklist(['first', 'stale']),
  number: v.fallback(v.number(), 0),
  attempts: v.fallback(v.number(), 0),
});
export type OwedWalk = v.InferOutput<typeof owedSchema>;

/** Null: nothing is owed. A note that cannot be read owes everything. */
export function owedWalk(db: MailDb, accountId: AccountId): OwedWalk | null {
  const state = getState(db, accountId, reconcileType);
  if (state === null) return null;
  try {
    return v.parse(owedSchema, JSON.parse(state));
  } catch {
    return { reason: 'stale', number: 0, attempts: 0 };
  }
}

/** Replaces what was owed: a `stale` walk does all that a `first` one does, and compares what is here too. */
export function owe(db: MailDb, accountId: AccountId, reason: OwedWalk['reason']): void {
  const number = (owedWalk(db, accountId)?.number ?? 0) + 1;
  note(db, accountId, { reason, number, attempts: 0 });
}

/** A walk has ended in doubt: it is owed still. */
export function countAttempt(db: MailDb, accountId: AccountId, owed: OwedWalk): void {
  note(db, accountId, { ...owed, attempts: owed.attempts + 1 });
}

export function settleWalk(db: MailDb, accountId: AccountId): void {
  clearState(db, accountId, reconcileType);
}

function note(db: MailDb, accountId: AccountId, owed: OwedWalk): void {
  setState(db, accountId, reconcileType, JSON.stringify(owed), Date.now());
}
