import * as v from 'valibot';
import type { MailDb } from '../../db/mail-db';
import { clearState, getState, setState } from '../../db/sync-state';
import type { AccountId, MailboxId } from '../../model/ids';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const modSeq = v.nullable(v.pipe(v.string(), v.digits()));

/** What a STATUS told last, before the mailbox was read: as long as it is the same, nothing is new there. */
const statusSchema = v.object({
  messages: count,
  unseen: v.nullable(count),
  uidNext: v.nullable(count),
  uidValidity: count,
  highestModSeq: modSeq,
});
export type StatusMark = v.InferOutput<typeof statusSchema>;

/**
 * S14: how far a mailbox is here. Every UID from `backfilledDownTo` up to (not including) `uidNext` is here or gone, and
 * their flags are at least as new as `highestModSeq`.
 */
const checkpointSchema = v.object({
  uidValidity: count,
  uidNext: count,
  /** Null: the mailbox keeps no mod-sequences. */
  highestModSeq: modSeq,
  /** 1: all mail is here. */
  backfilledDownTo: count,
  /** Attachments and previews are here from this UID on, but for `detailsOwedFrom`; 1: all. */
  detailedDownTo: count,
  /** From this UID on some lack them: something came between a page's rows and their details. Null: none does. */
  detailsOwedFrom: v.optional(v.nullable(count), null),
  /** ms since 1970; when all flags were compared last, where only that tells of changes (S15). */
  lastFullScan: v.number(),
  /** OBJECTID (RFC 8474). */
  mailboxId: v.nullable(v.string()),
  /** Null: to be read in the next cycle, whatever STATUS says. */
  status: v.nullable(statusSchema),
});
export type Checkpoint = v.InferOutput<typeof checkpointSchema>;

const typeOf = (mailboxId: MailboxId): string => `IMAP:${mailboxId}`;

/** Null: nothing of the mailbox was read yet; also if what is kept cannot be read, for then all is read anew. */
export function getCheckpoint(db: MailDb, accountId: AccountId, mailboxId: MailboxId): Checkpoint | null {
  const state = getState(db, accountId, typeOf(mailboxId));
  if (state === null) return null;
  try {
    return v.parse(checkpointSchema, JSON.parse(state));
  } catch {
    return null;
  }
}

/** In the transaction of what it covers (S4). One that is the same is not written: an idle cycle leaves the disk alone. */
export function setCheckpoint(db: MailDb, accountId: AccountId, mailboxId: MailboxId, checkpoint: Checkpoint): void {
  // In the order of the schema, however it was put together.
  const state = JSON.stringify(v.parse(checkpointSchema, checkpoint));
  if (getState(db, accountId, typeOf(mailboxId)) === state) return;
  setState(db, accountId, typeOf(mailboxId), state, Date.now());
}

export function clearCheckpoint(db: MailDb, accountId: AccountId, mailboxId: MailboxId): void {
  clearState(db, accountId, typeOf(mailboxId));
}

/** As it stands once these rows are here, until their details are too (S4). */
export function owingDetails(checkpoint: Checkpoint, uids: readonly number[]): Checkpoint {
  const detailsOwedFrom = uids.reduce((least, uid) => Math.min(least, uid), checkpoint.detailsOwedFrom ?? Infinity);
  return uids.length === 0 ? checkpoint : { ...checkpoint, detailsOwedFrom };
}

export const isDetailed = ({ detailedDownTo, detailsOwedFrom }: Checkpoint): boolean =>
  detailedDownTo <= 1 && detailsOwedFrom === null;

export const isComplete = (checkpoint: Checkpoint): boolean => checkpoint.backfilledDownTo <= 1;

export function isSameStatus(a: StatusMark, b: StatusMark): boolean {
  return (
    a.messages === b.messages &&
    a.unseen === b.unseen &&
    a.uidNext === b.uidNext &&
    a.uidValidity === b.uidValidity &&
    a.highestModSeq === b.highestModSeq
  );
}
