import { emailAt, isLive, placesOf, placesOfEach, putPlace, refreshBase, removePlaces } from '../../db/imap-messages';
import { absorb, expectedMailboxes, expectIn, newRound, settleUnplaced } from '../../db/imap-unplaced';
import { remoteMailboxId } from '../../db/mailboxes';
import type { EmailId, MailboxId } from '../../model/ids';
import type { ChangeOutcome } from '../backend';
import { changeWords, refused } from '../change-words';
import { absentAmong, mailboxIsAway, notThere } from './absent';
import { numberOf, responseCode, textOf, type ImapResponse } from './attributes';
import { getCheckpoint } from './checkpoint';
import { sequence } from './connection';
import { findCopies, levelKeywords, unlikeCopies, type Copy } from './find-copies';
import type { StepContext, Target } from './send';
import { deleteMessages, removeCopies } from './store';
import { expandUidSet, formatUidSet } from './uid-set';

/** Where copies are now, by the UID that they were made of (COPYUID, RFC 4315). */
interface CopyUid {
  readonly uidValidity: number;
  readonly uids: ReadonlyMap<number, number>;
}

export async function copyMessages(
  step: StepContext,
  targets: readonly Target[],
  destination: MailboxId,
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  const path = remoteMailboxId(step.context.db, destination);
  if (path === undefined) return failed(targets);
  // S27: of those that are tried singly now, the copy may be what went well.
  const standing = standingIn(step, targets, destination);
  const expected = expectedIn(step, targets, destination);
  const missing = targets.filter((target) => !standing.includes(target) && !expected.includes(target));
  const unlike = await levelKeywords(step, targets, path, unlikeCopies(step, targets, destination));
  const found = await findCopies(step, missing, path);
  step.context.db.mail.transaction(() => {
    for (const target of targets) {
      const copy = found.get(target.emailId) ?? unlike.get(target.emailId);
      if (copy !== undefined) arrive(step, target, destination, copy);
    }
  });
  const rest = missing.filter(({ emailId }) => !found.has(emailId));
  if (rest.length === 0) return notThere(step, []);
  const transferred = await transfer(step, 'UID COPY', rest, path);
  if ('failed' in transferred) return transferred.failed;
  const { told } = transferred;
  const known = new Set(told?.uids.keys());
  const absent = await absentAmong(step, rest, known);
  step.context.db.mail.transaction(() => {
    for (const target of rest)
      if (!absent.includes(target)) arrive(step, target, destination, toldCopy(step, target, told));
  });
  return notThere(step, absent);
}

function standingIn({ context: { db } }: StepContext, targets: readonly Target[], mailboxId: MailboxId): Target[] {
  const places = placesOfEach(
    db,
    targets.map(({ emailId }) => emailId),
  );
  return targets.filter(({ emailId }) =>
    (places.get(emailId) ?? []).some((place) => place.mailboxId === mailboxId && isLive(place)),
  );
}

function expectedIn({ context: { db } }: StepContext, targets: readonly Target[], mailboxId: MailboxId): Target[] {
  const expected = expectedMailboxes(
    db,
    targets.map(({ emailId }) => emailId),
  );
  return targets.filter(({ emailId }) => expected.get(emailId) === mailboxId);
}

type Outcomes = ReadonlyMap<EmailId, ChangeOutcome>;

/** MOVE (RFC 6851), or a copy and the deletion of what was copied. */
export async function moveMessages(
  step: StepContext,
  targets: readonly Target[],
  destination: MailboxId,
): Promise<Outcomes> {
  const path = remoteMailboxId(step.context.db, destination);
  if (path === undefined) return failed(targets);
  // A cycle may have met the copy since this was planned: what an unanswered try has put there, and a second one would double.
  const standing = standingIn(step, targets, destination);
  const canMove = step.connection.capabilities.has('MOVE');
  // Numbered anew since: the next cycle tells under which number it is there.
  const expected = canMove ? expectedIn(step, targets, destination) : [];
  const others = targets.filter((target) => !standing.includes(target) && !expected.includes(target));
  const move = canMove ? moveByCommand : copyAndDelete;
  const moved = others.length === 0 ? [] : await move(step, others, destination, path);
  const removed = standing.length === 0 ? [] : await levelAndRemove(step, standing, destination, path);
  return new Map([...moved, ...removed, ...notThere(step, expected)]);
}

async function copyAndDelete(step: StepContext, targets: readonly Target[], destination: MailboxId): Promise<Outcomes> {
  const failures = await copyMessages(step, targets, destination);
  const copied = targets.filter(({ emailId }) => !failures.has(emailId));
  // That they are copied the server has told us itself.
  return new Map([...failures, ...(copied.length === 0 ? [] : await deleteMessages(step, copied))]);
}

/** Where a cycle has seen them may be out of date, so the server is asked. */
async function levelAndRemove(
  step: StepContext,
  targets: readonly Target[],
  destination: MailboxId,
  path: string,
): Promise<Outcomes> {
  await levelKeywords(step, targets, path, unlikeCopies(step, targets, destination));
  return await removeCopies(step, targets, destination);
}

async function moveByCommand(
  step: StepContext,
  targets: readonly Target[],
  destination: MailboxId,
  path: string,
): Promise<Outcomes> {
  const { context, connection, mailboxId } = step;
  const { db } = context;
  const saysWhere = connection.capabilities.has('UIDPLUS');
  // A server that does not say what it moved is asked before what there is to move; what goes within that round trip
  // counts as moved, and the next round finds it where it is.
  const gone = saysWhere ? [] : await absentAmong(step, targets, new Set());
  const moving = targets.filter((target) => !gone.includes(target));
  if (moving.length === 0) return notThere(step, gone);
  const transferred = await transfer(step, 'UID MOVE', moving, path);
  if ('failed' in transferred) return new Map([...transferred.failed, ...notThere(step, gone)]);
  const { told } = transferred;
  // Who can say where a message is now and does not has not moved it.
  const absent = saysWhere ? moving.filter(({ uid }) => told?.uids.has(uid) !== true) : gone;
  db.mail.transaction(() => {
    for (const target of moving) {
      if (absent.includes(target)) continue;
      arrive(step, target, destination, toldCopy(step, target, told));
      if (emailAt(db, mailboxId, target.uid) === target.emailId) removePlaces(db, mailboxId, [target.uid], newRound());
      // It stands in the destination, so leaving the source has not made it homeless.
      refreshBase(db, [target.emailId]);
    }
  });
  return notThere(step, absent);
}

function failed(targets: readonly Target[]): ReadonlyMap<EmailId, ChangeOutcome> {
  return new Map(targets.map(({ emailId }) => [emailId, refused(changeWords.targetGone)]));
}

type Transferred = { readonly told: CopyUid | null } | { readonly failed: ReadonlyMap<EmailId, ChangeOutcome> };

async function transfer(
  step: StepContext,
  command: 'UID COPY' | 'UID MOVE',
  targets: readonly Target[],
  path: string,
): Promise<Transferred> {
  const { connection, signal } = step;
  let told: CopyUid | null = null;
  const take = (response: ImapResponse): void => {
    told ??= readCopyUid(response);
  };
  const set = sequence(formatUidSet(targets.map(({ uid }) => uid)));
  // Of a MOVE it comes before the expunges, in an untagged OK.
  try {
    take(await connection.command(command, [set, path], { OK: take }, signal));
    return { told };
  } catch (error) {
    const away = await mailboxIsAway(step, path, targets, error);
    if (away === null) throw error;
    return { failed: away };
  }
}

function readCopyUid(response: ImapResponse): CopyUid | null {
  const code = responseCode(response);
  if (code?.name !== 'COPYUID') return null;
  const uidValidity = numberOf(code.args[0]);
  const sources = expandUidSet(textOf(code.args[1]) ?? '');
  const copies = expandUidSet(textOf(code.args[2]) ?? '');
  if (uidValidity === null || sources === null || copies?.length !== sources.length) return null;
  return { uidValidity, uids: new Map(sources.map((uid, index) => [uid, copies[index] ?? 0])) };
}

/** By COPYUID; undefined: the server does not say. */
function toldCopy(
  { context: { db }, mailboxId }: StepContext,
  { emailId, uid }: Target,
  told: CopyUid | null,
): Copy | undefined {
  const copy = told?.uids.get(uid);
  if (told === null || copy === undefined) return undefined;
  const source = placesOf(db, emailId).find((place) => place.mailboxId === mailboxId && place.uid === uid);
  return { uid: copy, uidValidity: told.uidValidity, keywords: source?.keywords ?? [] };
}

/**
 * S22: the copy's place, where it is known and its number means it here; else the message is expected in the destination,
 * where the next cycle finds it by EMAILID, or by Message-ID, size and date.
 */
function arrive(step: StepContext, { emailId }: Target, destination: MailboxId, copy: Copy | undefined): void {
  const { db, accountId } = step.context;
  if (copy !== undefined && copy.uidValidity === getCheckpoint(db, accountId, destination)?.uidValidity) {
    // A cycle may have met the copy before it was known to be ours.
    const met = emailAt(db, destination, copy.uid);
    if (met !== undefined && met !== emailId && placesOf(db, met).length === 1) absorb(db, emailId, met);
    putPlace(db, destination, copy.uid, emailId, copy.keywords);
    settleUnplaced(db, emailId, destination);
  } else {
    expectIn(db, emailId, destination);
    step.needsCycle();
  }
  refreshBase(db, [emailId]);
}
