import {
  deletedFlag,
  emailAt,
  isLive,
  placesOf,
  placesOfEach,
  removePlaces,
  updateKeywords,
} from '../../db/imap-messages';
import { expectedMailbox, newRound } from '../../db/imap-unplaced';
import type { MailDb } from '../../db/mail-db';
import type { EmailId, MailboxId } from '../../model/ids';
import { normaliseKeywords } from '../../model/keywords';
import type { ChangeOutcome } from '../backend';
import { absentAmong, goneFromHere, notThere, suspect, uidOfFetch, unknownYet } from './absent';
import type { ImapResponse } from './attributes';
import { atom, sequence, type Argument } from './connection';
import { copiesElsewhere } from './copies-elsewhere';
import { flagOf, keywordsOf } from './flags';
import { isRefusalOfOne } from './imap-error';
import { fetchFlags } from './look-at-flags';
import { ownMarks, setOwnMarks } from './own-marks';
import { search } from './search';
import { addVanished, type Selected } from './select';
import type { StepContext, Target } from './send';
import { formatUidSet } from './uid-set';

/** `+FLAGS` and `-FLAGS` for a set (S10, S27): others' flags stay as they are. */
export async function storeKeywords(
  step: StepContext,
  targets: readonly Target[],
  add: readonly string[],
  remove: readonly string[],
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  const impossible = add.find((keyword) => !canStore(step.selected, keyword));
  if (impossible !== undefined) {
    const message = `The server cannot keep the label “${impossible}” in that mailbox.`;
    return new Map(targets.map(({ emailId }) => [emailId, { result: 'permanent', message }]));
  }
  const told = new Set<number>();
  await storeFlags(step, targets, '+FLAGS.SILENT', add, told);
  await storeFlags(step, targets, '-FLAGS.SILENT', remove, told);
  const absent = await absentAmong(step, targets, told);
  const { context, mailboxId } = step;
  // Without waiting for the disk: the end of the change does, and what the server has can be asked for again.
  context.db.mail.transactionOfCopies(() => {
    changeKeywords(context.db, mailboxId, without(targets, absent), add, remove);
  });
  return notThere(step, absent);
}

/** What a server has done to copies that are still ours. */
function changeKeywords(
  db: MailDb,
  mailboxId: MailboxId,
  targets: readonly Target[],
  add: readonly string[],
  remove: readonly string[],
): void {
  const places = placesOfEach(
    db,
    targets.map(({ emailId }) => emailId),
  );
  const keywords = targets.flatMap(({ emailId, uid }) => {
    const place = places.get(emailId)?.find((one) => one.mailboxId === mailboxId && one.uid === uid);
    if (place === undefined) return [];
    const kept = place.keywords.filter((keyword) => !remove.includes(keyword));
    return [[uid, [...kept, ...add]] as const];
  });
  updateKeywords(db, mailboxId, new Map(keywords));
}

function without(targets: readonly Target[], absent: readonly Target[]): readonly Target[] {
  return absent.length === 0 ? targets : targets.filter((target) => !absent.includes(target));
}

export function canStore(selected: Selected, keyword: string): boolean {
  const flag = flagOf(keyword);
  if (flag === null) return false;
  return (
    selected.flags === null || selected.flags.has(flag.toLowerCase()) || (selected.anyKeyword && !flag.startsWith('\\'))
  );
}

/** `told`: takes the UIDs that the server has told of, as it does with CONDSTORE (RFC 7162 §3.1.3) though it is SILENT. */
export async function storeFlags(
  { connection, signal }: Pick<StepContext, 'connection' | 'signal'>,
  targets: readonly Pick<Target, 'uid'>[],
  operation: string,
  keywords: readonly string[],
  told: Set<number>,
): Promise<void> {
  const flags = keywords.flatMap((keyword) => flagOf(keyword) ?? []);
  if (flags.length === 0) return;
  const args: Argument[] = [sequence(uidSet(targets)), atom(operation), flags.map(atom)];
  const handlers = {
    FETCH: (response: ImapResponse): void => {
      const uid = uidOfFetch(response);
      if (uid !== null) told.add(uid);
    },
  };
  await connection.command('UID STORE', args, handlers, signal);
}

const uidSet = (targets: readonly Pick<Target, 'uid'>[]): string => formatUidSet(targets.map(({ uid }) => uid));

/** Takes away the mark that somebody set on copies: what is moved stays. */
export async function takeMarkAway(
  step: StepContext,
  targets: readonly Target[],
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  const outcomes = await storeKeywords(step, targets, [], [deletedFlag]);
  const kept = ownMarks(step);
  for (const { uid } of targets) kept.delete(uid);
  setOwnMarks(step, kept);
  return outcomes;
}

/**
 * Takes copies out of a mailbox while the message stands in another, and never the last one that is shown. One that is
 * gone from there is as it was wanted: Gmail's Trash takes a message out of every label. `staysIn`: it has to stand there.
 */
export async function removeCopies(
  step: StepContext,
  targets: readonly Target[],
  staysIn?: MailboxId,
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  const elsewhere = await copiesElsewhere(step, targets, staysIn);
  const last = targets.filter(({ emailId }) => !elsewhere.has(emailId));
  const others = without(targets, last);
  if (others.length === 0) return goneFromHere(step, last);
  return new Map([...goneFromHere(step, last), ...(await takeOut(step, others, true))]);
}

/**
 * The same of copies that were made some time ago: somebody may have flagged just the ones that go, and what only those
 * have is the message's all the same. So they are looked at, and what is news waits until the others have been given it.
 */
export async function removeOldCopies(
  step: StepContext,
  targets: readonly Target[],
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  const flagged = await flaggedMeanwhile(step, targets);
  if (flagged.length > 0) step.needsCycle();
  const others = without(targets, flagged);
  const waiting = flagged.map(({ emailId }) => [emailId, unknownYet('Its flags were changed meanwhile.')] as const);
  return new Map([...waiting, ...(others.length === 0 ? [] : await removeCopies(step, others))]);
}

/** Those of the copies that have other keywords than was known; now it is. */
async function flaggedMeanwhile(step: StepContext, targets: readonly Target[]): Promise<readonly Target[]> {
  const { context, mailboxId } = step;
  const flags = await fetchFlags(step, uidSet(targets));
  const now = new Map([...flags].map(([uid, list]) => [uid, keywordsOf(list)] as const));
  const copiesOf = placesOfEach(
    context.db,
    targets.map(({ emailId }) => emailId),
  );
  const plain = (keywords: readonly string[]): string =>
    normaliseKeywords(keywords.filter((keyword) => keyword !== deletedFlag)).join(' ');
  const flagged = targets.filter(({ emailId, uid }) => {
    const copy = copiesOf.get(emailId)?.find((one) => one.mailboxId === mailboxId && one.uid === uid);
    const keywords = now.get(uid);
    return copy !== undefined && keywords !== undefined && plain(copy.keywords) !== plain(keywords);
  });
  updateKeywords(context.db, mailboxId, new Map(flagged.map(({ uid }) => [uid, now.get(uid) ?? []] as const)));
  return flagged;
}

/** Takes all copies out of a mailbox: one that is gone from there may be in another by now. */
export async function deleteMessages(
  step: StepContext,
  targets: readonly Target[],
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  return await takeOut(step, targets, false);
}

/**
 * Takes copies out of their mailbox: marked and expunged by UID (RFC 4315). Without UIDPLUS an EXPUNGE would take what
 * others have marked too: then it is only sent if nothing else is marked, and else ours stay marked, are not shown, and go
 * with the next deletion for which the way is clear.
 */
async function takeOut(
  step: StepContext,
  all: readonly Target[],
  isDoneWhenAbsent: boolean,
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  const { context, connection, mailboxId, signal } = step;
  const { db, warn } = context;
  const told = new Set<number>();
  await storeFlags(step, all, '+FLAGS.SILENT', [deletedFlag], told);
  const gone = await absentAmong(step, all, told);
  const targets = without(all, gone);
  // Before the next command: if that fails, these copies are no place to stand any more, and the way back has to know it.
  markDeleted(step, targets);
  const isExpunged =
    targets.length === 0 || (await expunge(step, targets).catch((error: unknown) => showAgain(step, targets, error)));
  if (!isExpunged) {
    const details = connection.selected?.path ?? '';
    warn('Deleted messages stay marked on the server, because other marked ones would be expunged with them.', details);
    // Their rows go, and the next cycle finds them as what they are; STATUS may be as it was, if they were marked before.
    step.needsCycle();
    suspect(step);
  }
  const done = isDoneWhenAbsent ? gone : [];
  db.mail.transaction(() => {
    for (const { emailId, uid } of targets) {
      if (isExpunged && emailAt(db, mailboxId, uid) === emailId) removePlaces(db, mailboxId, [uid], newRound());
    }
    for (const { emailId, uid } of done) {
      if (emailAt(db, mailboxId, uid) === emailId) removePlaces(db, mailboxId, [uid], newRound());
    }
  });
  signal.throwIfAborted();
  return notThere(step, without(gone, done));
}

/** S1, S30: what the server refuses for good to expunge is not hidden by our mark, but stands where it stood. */
async function showAgain(step: StepContext, targets: readonly Target[], error: unknown): Promise<never> {
  const { db } = step.context;
  if (isRefusalOfOne(error) && !error.isTransient) {
    const isHidden = ({ emailId }: Target): boolean =>
      expectedMailbox(db, emailId) === null && !placesOf(db, emailId).some(isLive);
    const hidden = targets.filter(isHidden);
    if (hidden.length > 0) await takeMarkAway(step, hidden);
  }
  throw error;
}

/** Without waiting for the disk: a cycle can ask for it again. */
function markDeleted({ context: { db }, mailboxId }: StepContext, targets: readonly Target[]): void {
  db.mail.transactionOfCopies(() => changeKeywords(db, mailboxId, targets, [deletedFlag], []));
}

async function expunge(step: StepContext, targets: readonly Target[]): Promise<boolean> {
  const { context, connection, selected, signal } = step;
  if (connection.capabilities.has('UIDPLUS')) {
    await connection.command('UID EXPUNGE', [sequence(uidSet(targets))], {}, signal);
    return true;
  }
  const ours = new Set([...ownMarks(step), ...targets.map(({ uid }) => uid)]);
  setOwnMarks(step, ours);
  const marked = await search(connection, [atom('DELETED')], signal);
  if (marked.some((uid) => !ours.has(uid))) {
    // Whose mark was taken away is no longer ours to expunge.
    setOwnMarks(step, new Set(marked.filter((uid) => ours.has(uid))));
    return false;
  }
  // What others mark between the two commands goes as well: bare IMAP4rev1 has no way to prevent that, so it is only told.
  let gone = 0;
  const vanished = new Set<number>();
  const handlers = {
    EXPUNGE: () => void (gone += 1),
    VANISHED: (response: ImapResponse) => addVanished(response, vanished),
  };
  await connection.command('EXPUNGE', [], handlers, signal);
  setOwnMarks(step, new Set());
  if (marked.length > targets.length) step.needsCycle(); // those of earlier went as well
  if (gone + vanished.size > marked.length) {
    context.warn('More mail left a mailbox than was deleted here: others may have marked it just then.', selected.path);
  }
  return true;
}
