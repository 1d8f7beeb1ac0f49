import type { EmailId } from '../../model/ids';
import type { ChangeOutcome } from '../backend';
import { numberOf, pairsOf, listOf, textOf, type ImapResponse } from './attributes';
import { getCheckpoint, setCheckpoint } from './checkpoint';
import { CommandRefused } from './imap-error';
import { isListed } from './list';
import { searchUids } from './search';
import type { StepContext, Target } from './send';
import { formatUidSet } from './uid-set';

/**
 * A server passes over a UID that is gone and answers OK. Nothing was done then, and the message may be in another
 * mailbox by now: the change waits until the next round has looked (S21, S30).
 */
export function notThere(step: StepContext, targets: readonly Target[]): ReadonlyMap<EmailId, ChangeOutcome> {
  if (targets.length > 0) suspect(step);
  return goneFromHere(step, targets);
}

/** The next cycle compares the UIDs of this mailbox; after a restart it opens it at least. */
export function suspect({ context, mailboxId }: Pick<StepContext, 'context' | 'mailboxId'>): void {
  const { db, accountId, suspects } = context;
  suspects.add(mailboxId);
  const checkpoint = getCheckpoint(db, accountId, mailboxId);
  if (checkpoint?.status == null) return;
  db.mail.transactionOfCopies(() => setCheckpoint(db, accountId, mailboxId, { ...checkpoint, status: null }));
}

/** The same of those that a cycle has found gone by now. */
export function goneFromHere(
  step: Pick<StepContext, 'needsCycle'>,
  targets: readonly Target[],
): ReadonlyMap<EmailId, ChangeOutcome> {
  return waitForRound(step, targets, 'This message is not where it was.');
}

/** Of these messages those that the open mailbox does not have. What a command has told of in `FETCH` was there. */
export async function absentAmong(
  { connection, signal }: StepContext,
  targets: readonly Target[],
  told: ReadonlySet<number>,
): Promise<readonly Target[]> {
  const silent = targets.filter(({ uid }) => !told.has(uid));
  if (silent.length === 0) return [];
  // UIDs do not come back: what is here now was here before. Asked after the command, for then there is no gap.
  const here = new Set(await searchUids(connection, formatUidSet(silent.map(({ uid }) => uid)), signal));
  return silent.filter(({ uid }) => !here.has(uid));
}

export function uidOfFetch({ attributes = [] }: ImapResponse): number | null {
  for (const [name, value] of pairsOf(listOf(attributes[1]) ?? [])) {
    if (textOf(name)?.toUpperCase() === 'UID') return numberOf(value);
  }
  return null;
}

/**
 * A mailbox that the server does not know under this name any more was renamed or is gone: which of them, the next round
 * tells. Null: the refusal has another reason.
 */
export async function mailboxIsAway(
  { connection, signal, needsCycle }: Pick<StepContext, 'connection' | 'signal' | 'needsCycle'>,
  path: string,
  targets: readonly Target[],
  error: unknown,
): Promise<ReadonlyMap<EmailId, ChangeOutcome> | null> {
  if (!(error instanceof CommandRefused) || !['refused', 'not-found'].includes(error.reason)) return null;
  if (error.code === 'NOPERM' || (await isListed(connection, path, signal))) return null;
  return waitForRound({ needsCycle }, targets, 'The mailbox is not there under its name any more.');
}

function waitForRound(
  { needsCycle }: Pick<StepContext, 'needsCycle'>,
  targets: readonly Target[],
  message: string,
): ReadonlyMap<EmailId, ChangeOutcome> {
  if (targets.length > 0) needsCycle();
  return new Map(targets.map(({ emailId }) => [emailId, unknownYet(message)]));
}

/** Not given up (S21): the next round finds the message, or ends it. */
export const unknownYet = (message: string): ChangeOutcome => ({ result: 'transient', message });
