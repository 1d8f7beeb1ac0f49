import { isLive, placesOfEach } from '../../db/imap-messages';
import type { MailDb } from '../../db/mail-db';
import { remoteMailboxId } from '../../db/mailboxes';
import type { EmailId, MailboxId } from '../../model/ids';
import type { ChangeOutcome, OutgoingChange, SendResult } from '../backend';
import { changeWords, refused } from '../change-words';
import { goneFromHere, mailboxIsAway, unknownYet } from './absent';
import { getCheckpoint } from './checkpoint';
import type { ImapConnection } from './connection';
import { isRefusalOfOne, type CommandRefused } from './imap-error';
import type { ImapContext } from './imap-context';
import { plan, steps, whereaboutsOf } from './plan-send';
import { MailboxReplaced, openMailbox, type Selected } from './select';
import { fittingParts, pagesOf } from './uid-set';

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
export type Step = (step: StepContext, targets: readonly Target[]) => Promise<ReadonlyMap<EmailId, ChangeOutcome>>;

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
  const whereabouts = whereaboutsOf(
    context.db,
    changes.map(({ email }) => email.id),
  );
  for (const change of changes) {
    const planned = plan(context, change, whereabouts(change.email.id), (order, key, mailboxId, uid, run) => {
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
  for (const id of stillThere(context.db, changes, outcomes)) {
    isUnclear = true;
    outcomes.set(id, unknownYet('This message was found again where it is to leave.'));
  }
  // A cycle may have had its turn between two groups: what it has read is newer than the change.
  for (const { email } of changes)
    if (!outcomes.has(email.id)) outcomes.set(email.id, { result: 'done', isWritten: true });
  return { outcomes, checkpoint: null, needsCycle: isUnclear };
}

/**
 * Those that stand where they were to leave, after all steps: a cycle has met a copy there since they were planned. What is
 * gone and what is new in a mailbox are two transactions, and between them a renumbered message stands elsewhere only.
 */
function stillThere(
  db: MailDb,
  changes: readonly OutgoingChange[],
  outcomes: ReadonlyMap<EmailId, ChangeOutcome>,
): EmailId[] {
  const moved = changes.filter(
    ({ email, patch }) => !patch.destroy && patch.removeMailboxes.length > 0 && !outcomes.has(email.id),
  );
  if (moved.length === 0) return [];
  const places = placesOfEach(
    db,
    moved.map(({ email }) => email.id),
  );
  const isThere = ({ email, patch }: OutgoingChange): boolean =>
    (places.get(email.id) ?? []).some((place) => isLive(place) && patch.removeMailboxes.includes(place.mailboxId));
  return moved.filter(isThere).map(({ email }) => email.id);
}

const numberedAnew = 'The server has numbered this mailbox anew.';

async function runGroup(
  context: ImapContext,
  { order, mailboxId, run }: Group,
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
      if (path === undefined || checkpoint === null) return failAll(unknownYet('The mailbox of this message is gone.'));
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
          return failAll(unknownYet(numberedAnew));
        }
        if (selected.isReadOnly) return failAll(refused('You may not change anything in that mailbox.'));
        try {
          return await run({ context, connection, mailboxId, selected, signal, needsCycle }, some);
        } catch (error) {
          if (!(error instanceof MailboxReplaced)) throw error;
          needsCycle();
          return failAll(unknownYet(numberedAnew));
        }
      };
      const placed = stillPlaced(context.db, mailboxId, targets, order === steps.copy || order === steps.move);
      const here = new Set(placed.map(({ emailId }) => emailId));
      const away = targets.filter(({ emailId }) => !here.has(emailId));
      const failed = new Map(goneFromHere({ needsCycle }, away));
      // What is refused may be half done: of a move the copies may be made, or the originals marked.
      const onRefused = (): void => {
        context.doubt.raise();
        needsCycle();
      };
      for (const part of fittingParts(placed, ({ uid }) => uid)) {
        for (const [id, outcome] of await tryInParts(attempt, part, onRefused)) failed.set(id, outcome);
      }
      return failed;
    },
    signal,
  );
}

/**
 * A cycle may have had its turn since the change was planned: it may have found a message gone, or the whole mailbox
 * numbered anew (S20), and then the old number means another message by now. Or a copy is marked now: what is made of
 * that would be marked as well, so it is no source any more.
 */
function stillPlaced(db: MailDb, mailboxId: MailboxId, targets: readonly Target[], isSource: boolean): Target[] {
  const all = placesOfEach(
    db,
    targets.map(({ emailId }) => emailId),
  );
  return targets.flatMap((target) => {
    const here = all.get(target.emailId) ?? [];
    const places = here.filter((one) => one.mailboxId === mailboxId && (!isSource || isLive(one)));
    const place = places.find(({ uid }) => uid === target.uid) ?? places.find(isLive) ?? places[0];
    return place === undefined ? [] : { ...target, uid: place.uid };
  });
}

/** Temporary refusals of a group until the rest of it is left for later: as many as it takes to find one in 1000. */
const mostTries = 12;

/**
 * S27: a refusal of many may be one's fault: then they are tried singly. Where the server only cannot do it now, halves
 * tell whose fault it is, if it is one's; and if it is not, the server is not asked for each. Any other failure concerns
 * all, and is thrown.
 */
async function tryInParts(
  attempt: (targets: readonly Target[]) => Promise<ReadonlyMap<EmailId, ChangeOutcome>>,
  targets: readonly Target[],
  onRefused: () => void,
  trouble: { tries: number; last: CommandRefused | null } = { tries: 0, last: null },
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  const failAll = (error: CommandRefused) => new Map(targets.map(({ emailId }) => [emailId, outcomeOf(error)]));
  if (trouble.last !== null && trouble.tries >= mostTries) return failAll(trouble.last);
  try {
    return await attempt(targets);
  } catch (error) {
    if (!isRefusalOfOne(error)) throw error;
    onRefused();
    if (error.isTransient) {
      trouble.tries += 1;
      trouble.last = error;
    }
    if (targets.length === 1) return failAll(error);
    const outcomes = new Map<EmailId, ChangeOutcome>();
    for (const part of pagesOf(targets, error.isTransient ? Math.ceil(targets.length / 2) : 1)) {
      for (const [id, outcome] of await tryInParts(attempt, part, onRefused, trouble)) outcomes.set(id, outcome);
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
