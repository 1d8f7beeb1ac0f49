import { expectedMailbox } from '../../db/imap-unplaced';
import { combined, emailAt, placesOf, type Place } from '../../db/imap-messages';
import type { MailDb } from '../../db/mail-db';
import { remoteMailboxId } from '../../db/mailboxes';
import type { EmailId, MailboxId } from '../../model/ids';
import { seen } from '../../model/keywords';
import type { ChangeOutcome, OutgoingChange, SendResult } from '../backend';
import { changeWords, refused } from '../change-words';
import { mailboxIsAway, notThere } from './absent';
import { getCheckpoint } from './checkpoint';
import type { ImapConnection } from './connection';
import { CommandRefused } from './imap-error';
import type { ImapContext } from './imap-context';
import { copyMessages, moveMessages } from './move';
import { openMailbox, type Selected } from './select';
import { deleteMessages, removeCopies, storeKeywords } from './store';

/** One copy of a message that something is done to. */
export interface Target {
  readonly emailId: EmailId;
  readonly uid: number;
  /** It was asked for before, and no answer came. */
  readonly mayBeDone: boolean;
}

/** What a step works with, inside a turn, with the mailbox open and its numbers valid. */
export interface StepContext {
  readonly context: ImapContext;
  readonly connection: ImapConnection;
  readonly mailboxId: MailboxId;
  readonly selected: Selected;
  readonly signal: AbortSignal;
  /** Something is left for a cycle to find out. */
  readonly needsCycle: () => void;
}

/** Does one thing to messages of one mailbox; those it names could not have it done. */
type Step = (step: StepContext, targets: readonly Target[]) => Promise<ReadonlyMap<EmailId, ChangeOutcome>>;

interface Group {
  readonly order: number;
  readonly mailboxId: MailboxId;
  readonly run: Step;
  readonly targets: Target[];
}

/**
 * Sends net changes: flags, copies, moves, deletions, in this order, each for as many messages of a mailbox as there are
 * (S27). What the server took is written down at once as what it has; each message has its own outcome (S29).
 */
export async function sendChanges(
  context: ImapContext,
  changes: readonly OutgoingChange[],
  signal: AbortSignal,
): Promise<SendResult> {
  const outcomes = new Map<EmailId, ChangeOutcome>();
  const groups = new Map<string, Group>();
  for (const change of changes) {
    const planned = plan(context, change, (order, key, mailboxId, uid, run) => {
      const name = `${order} ${mailboxId} ${key}`;
      const group = groups.get(name) ?? { order, mailboxId, run, targets: [] };
      group.targets.push({ emailId: change.email.id, uid, mayBeDone: change.mayHaveLeft });
      groups.set(name, group);
    });
    if (planned !== null) outcomes.set(change.email.id, planned);
  }
  let isUnclear = [...outcomes.values()].some(({ result }) => result === 'transient');
  for (const group of [...groups.values()].sort((a, b) => a.order - b.order)) {
    // Whoever failed at one step is spared the next.
    const targets = group.targets.filter(({ emailId }) => !outcomes.has(emailId));
    if (targets.length === 0) continue;
    const failed = await runGroup(context, group, targets, () => (isUnclear = true), signal).catch((error: unknown) => {
      context.doubt.raise();
      throw error;
    });
    for (const [emailId, outcome] of failed) outcomes.set(emailId, outcome);
  }
  // A cycle may have had its turn between two groups: what it has read is newer than the change.
  for (const { email } of changes)
    if (!outcomes.has(email.id)) outcomes.set(email.id, { result: 'done', isWritten: true });
  return { outcomes, checkpoint: isUnclear ? null : { resourceType: 'IMAP', from: '', to: '' } };
}

type Add = (order: number, key: string, mailboxId: MailboxId, uid: number, run: Step) => void;

/** The steps of one change; or what has become of it already. */
function plan(context: ImapContext, change: OutgoingChange, add: Add): ChangeOutcome | null {
  const { db } = context;
  const { email, patch } = change;
  const places = placesOf(db, email.id);
  if (places.length === 0) {
    const message = 'It is not known at the moment where this message is on the server.';
    return expectedMailbox(db, email.id) === null ? waitForRound(message) : { result: 'transient', message };
  }
  if (patch.destroy) {
    for (const { mailboxId, uid } of places) add(3, '', mailboxId, uid, deleteMessages);
    return null;
  }
  if (change.mayHaveLeft && context.doubt.isOpen && isMoved(places, patch)) {
    return waitForRound('It is not known at the moment where this message is on the server.');
  }
  const { addKeywords, removeKeywords } = patch;
  if (addKeywords.length + removeKeywords.length > 0) {
    const run: Step = (step, targets) => storeKeywords(step, targets, addKeywords, removeKeywords);
    const key = JSON.stringify([addKeywords, removeKeywords]);
    for (const { mailboxId, uid } of places) add(0, key, mailboxId, uid, run);
  }
  return planMailboxes(context, places, expectedMailbox(db, email.id), patch, add);
}

/**
 * Whether it is to stand where it seems to, or to leave where it does not seem to be: a move and the way back, and the
 * first of them may have been done. Then the next cycle tells where it is.
 */
function isMoved(places: readonly Place[], { addMailboxes, removeMailboxes }: OutgoingChange['patch']): boolean {
  const here = new Set(places.map(({ mailboxId }) => mailboxId));
  return addMailboxes.some((id) => here.has(id)) || removeMailboxes.some((id) => !here.has(id));
}

/** Gone from one mailbox, and not yet given up (S21): the next round finds it, or ends it. */
const waitForRound = (message: string): ChangeOutcome => ({ result: 'transient', message });

function planMailboxes(
  { db }: ImapContext,
  places: readonly Place[],
  expected: MailboxId | null,
  patch: OutgoingChange['patch'],
  add: Add,
): ChangeOutcome | null {
  const here = new Set(places.map(({ mailboxId }) => mailboxId));
  // A copy that the server has made, and whose number it did not tell (S22).
  if (expected !== null) here.add(expected);
  const removing = new Set(patch.removeMailboxes);
  const leaving = places.filter(({ mailboxId }) => removing.has(mailboxId));
  const arriving = patch.addMailboxes.filter((id) => !here.has(id));
  if (arriving.some((id) => remoteMailboxId(db, id) === undefined)) {
    return refused(changeWords.targetGone);
  }
  const [source] = leaving.length > 0 ? leaving : places;
  const [destination, ...others] = leaving.length > 0 ? arriving : [undefined, ...arriving];
  const isElsewhere = expected !== null && !removing.has(expected);
  if (leaving.length === places.length && arriving.length === 0 && leaving.length > 0 && !isElsewhere) {
    return refused(changeWords.nowhere);
  }
  const staying = places.filter((place) => !leaving.includes(place) || (place === source && destination !== undefined));
  if (staying.length < places.length) keepKeywords(places, staying, add);
  for (const id of others) {
    if (source !== undefined && id !== undefined) {
      add(1, `copy ${id}`, source.mailboxId, source.uid, (step, targets) => copyMessages(step, targets, id));
    }
  }
  for (const place of leaving) {
    if (place === source && destination !== undefined) {
      add(2, `move ${destination}`, place.mailboxId, place.uid, (step, targets) =>
        moveMessages(step, targets, destination),
      );
    } else add(3, 'copies', place.mailboxId, place.uid, removeCopies);
  }
  return null;
}

/** Of several copies some go: what only those had is the message's all the same, so the ones that stay get it first. */
function keepKeywords(places: readonly Place[], staying: readonly Place[], add: Add): void {
  const keywords = combined(places);
  for (const place of staying) {
    const missing = keywords.filter((keyword) => !place.keywords.includes(keyword));
    const unseen = place.keywords.includes(seen) && !keywords.includes(seen) ? [seen] : [];
    if (missing.length + unseen.length === 0) continue;
    const run: Step = async (step, targets) => {
      const outcomes = await storeKeywords(step, targets, missing, unseen);
      // A label that a mailbox cannot keep is no reason to refuse a move.
      return new Map([...outcomes].filter(([, { result }]) => result !== 'permanent'));
    };
    add(-1, JSON.stringify([missing, unseen]), place.mailboxId, place.uid, run);
  }
}

async function runGroup(
  context: ImapContext,
  { mailboxId, run }: Group,
  targets: readonly Target[],
  needsCycle: () => void,
  signal: AbortSignal,
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  const failAll = (outcome: ChangeOutcome): Map<EmailId, ChangeOutcome> =>
    new Map(targets.map(({ emailId }) => [emailId, outcome]));
  return await context.work.turn(
    'send',
    async (connection) => {
      const path = remoteMailboxId(context.db, mailboxId);
      const checkpoint = getCheckpoint(context.db, context.accountId, mailboxId);
      if (path === undefined || checkpoint === null)
        return failAll(waitForRound('The mailbox of this message is gone.'));
      const open = async (some: readonly Target[], at: string) => {
        try {
          return { selected: await openMailbox(connection, at, signal) };
        } catch (error) {
          const away = await mailboxIsAway({ connection, signal, needsCycle }, at, some, error);
          if (away === null) throw error;
          return { failed: away };
        }
      };
      const attempt = async (some: readonly Target[]): Promise<ReadonlyMap<EmailId, ChangeOutcome>> => {
        const opened = await open(some, path);
        if ('failed' in opened) return opened.failed;
        const { selected } = opened;
        if (selected.uidValidity !== checkpoint.uidValidity) {
          needsCycle();
          return failAll(waitForRound('The server has numbered this mailbox anew.'));
        }
        if (selected.isReadOnly) return failAll(refused('You may not change anything in that mailbox.'));
        return await run({ context, connection, mailboxId, selected, signal, needsCycle }, some);
      };
      const placed = stillPlaced(context.db, mailboxId, targets);
      const here = new Set(placed.map(({ emailId }) => emailId));
      const away = targets.filter(({ emailId }) => !here.has(emailId));
      return new Map([
        ...notThere({ needsCycle }, away),
        ...(placed.length === 0 ? [] : await trySingly(attempt, placed, needsCycle)),
      ]);
    },
    signal,
  );
}

/**
 * A cycle may have had its turn since the change was planned: it may have found a message gone, or the whole mailbox
 * numbered anew (S20), and then the old number means another message by now.
 */
function stillPlaced(db: MailDb, mailboxId: MailboxId, targets: readonly Target[]): Target[] {
  return targets.flatMap((target) => {
    if (emailAt(db, mailboxId, target.uid) === target.emailId) return target;
    const place = placesOf(db, target.emailId).find((one) => one.mailboxId === mailboxId);
    return place === undefined ? [] : { ...target, uid: place.uid };
  });
}

/** S27: a refusal of many may be one's fault. Any other failure concerns all, and is thrown. */
async function trySingly(
  attempt: (targets: readonly Target[]) => Promise<ReadonlyMap<EmailId, ChangeOutcome>>,
  targets: readonly Target[],
  needsCycle: () => void,
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  try {
    return await attempt(targets);
  } catch (error) {
    if (!(error instanceof CommandRefused) || error.reason === 'rate-limited' || error.reason === 'auth') throw error;
    needsCycle();
    const [only] = targets;
    if (targets.length === 1 && only !== undefined) return new Map([[only.emailId, outcomeOf(error)]]);
    const outcomes = new Map<EmailId, ChangeOutcome>();
    for (const target of targets) {
      for (const [id, outcome] of await trySingly(attempt, [target], needsCycle)) outcomes.set(id, outcome);
    }
    return outcomes;
  }
}

const words: Readonly<Record<string, string>> = {
  OVERQUOTA: changeWords.full,
  NOPERM: changeWords.forbidden,
  TRYCREATE: changeWords.targetGone,
  NONEXISTENT: 'That mailbox is gone.',
  TOOBIG: changeWords.tooLarge,
  CANNOT: 'The server cannot do this.',
  LIMIT: 'The server has a limit that does not allow this.',
};

/** By kind (S29): what passes by itself is tried again, what does not stands in the list of problems. */
function outcomeOf(error: CommandRefused): ChangeOutcome {
  if (error.isTransient) return { result: 'transient', message: error.message };
  const known = words[error.code];
  return refused(known === undefined ? error.message : `${known} (${error.message})`);
}
