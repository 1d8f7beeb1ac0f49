import { advanceState } from '../db/sync-state';
import { deleteEmails, getEmailRefs } from '../db/emails';
import type { MailDb } from '../db/mail-db';
import { acceptIntents, getServerState, getServerStates, replayPending } from '../db/overlay';
import {
  changesOf as pendingChangesOf,
  deleteChanges,
  queuedChanges,
  requeueInterrupted,
  setChangeState,
} from '../db/pending-changes';
import { grouped } from '../model/grouped';
import type { AccountId, ChangeId, EmailId } from '../model/ids';
import { coalesce, isDestroyedElsewhere, type EmailPatch } from '../model/overlay';
import { takesBack, type EmailIntent, type PendingChange } from '../model/pending-change';
import type { Backend, ChangeOutcome, OutgoingChange, SendResult } from './backend';
import { changeWords } from './change-words';
import { SyncError } from './sync-error';

/** Messages in one batch (S27): a bulk action of thousands goes in a few requests, each with a bounded answer. */
const batchSize = 1000;

export interface DrainReport {
  readonly sent: number;
  readonly failed: number;
  /** Something else changed on the server meanwhile, or a checkpoint could not be advanced (S11): run a cycle. */
  readonly needsCycle: boolean;
  /** The server asked for some changes to come later: wait before the next try. */
  readonly deferred: boolean;
}

interface Outgoing {
  readonly changes: readonly PendingChange[];
  readonly change: OutgoingChange;
}

const changesOf = (outgoing: readonly Outgoing[]): PendingChange[] => outgoing.flatMap(({ changes }) => changes);
const idsOf = (changes: readonly PendingChange[]): ChangeId[] => changes.map(({ id }) => id);

interface Batch {
  readonly outgoing: readonly Outgoing[];
  /** Changes that are not sent, because what is known by now speaks against them: they stand in the list of failed ones. */
  readonly refused: number;
}

/**
 * Sends what waits for an account, oldest first, in batches, until nothing is queued (S27). Throws the SyncError that
 * stopped it; what had not been answered by then is queued again. Offline counts no attempt (S29).
 */
export async function drainOutbox(
  db: MailDb,
  backend: Backend,
  accountId: AccountId,
  signal: AbortSignal,
): Promise<DrainReport> {
  let sent = 0;
  let failed = 0;
  let needsCycle = false;
  const deferred = new Set<EmailId>();
  // There is one drain at a time: what is still being sent is left over from one that could not write its end down.
  requeueInterrupted(db, accountId);
  for (;;) {
    signal.throwIfAborted();
    const batch = takeBatch(db, accountId, deferred);
    if (batch === null) return { sent, failed, needsCycle, deferred: deferred.size > 0 };
    failed += batch.refused;
    if (batch.outgoing.length === 0) continue; // nothing of it had to be sent
    const { answered, result, stop } = await sendBatch(db, backend, batch.outgoing, signal);
    const summary = settle(db, accountId, answered, result);
    if (stop !== null) throw stop;
    sent += summary.done;
    failed += summary.failed;
    needsCycle ||= summary.needsCycle;
    for (const id of summary.deferred) deferred.add(id);
  }
}

/** Marks the next batch as `sending`; null: nothing is queued. What the server already shows is dropped (S28). */
function takeBatch(db: MailDb, accountId: AccountId, except: ReadonlySet<EmailId>): Batch | null {
  return db.mail.transaction(() => {
    const changes = queuedChanges(db, accountId, batchSize + except.size).filter(({ emailId }) => !except.has(emailId));
    if (changes.length === 0) return null;
    const byEmail = grouped(changes.map((change) => [change.emailId, change] as const));
    const ids = [...byEmail.keys()];
    const emails = getEmailRefs(db, ids);
    const servers = getServerStates(db, ids);
    const outgoing: Outgoing[] = [];
    const needless: PendingChange[] = [];
    const refused: PendingChange[] = [];
    const lost: PendingChange[] = [];
    for (const [emailId, ofEmail] of byEmail) {
      if (outgoing.length === batchSize) break;
      const email = emails.get(emailId);
      const server = servers.get(emailId);
      if (email === undefined) {
        lost.push(...ofEmail); // S30: only the person discards a change, whatever is wrong with the database
        continue;
      }
      const intents = ofEmail.map((change) => change.intent);
      if (server !== undefined && isDestroyedElsewhere(server, intents)) {
        refused.push(...ofEmail.filter(({ intent }) => intent.type === 'destroy'));
        continue; // what else is wanted of it comes with the next batch
      }
      const left = ofEmail.filter((change) => change.mayHaveLeft).map((change) => change.intent);
      const patch = server === undefined ? null : coalesce(server, intents, left);
      if (patch === null) needless.push(...ofEmail);
      else outgoing.push({ changes: ofEmail, change: { email, patch, mayHaveLeft: left.length > 0 } });
    }
    deleteChanges(db, idsOf(needless));
    setChangeState(db, idsOf(refused), 'failed', { lastError: changeWords.movedMeanwhile, countAttempt: true });
    setChangeState(db, idsOf(lost), 'failed', { lastError: changeWords.messageMissing, countAttempt: true });
    replayPending(
      db,
      [...needless, ...refused, ...lost].map(({ emailId }) => emailId),
    );
    setChangeState(db, idsOf(changesOf(outgoing)), 'sending', { lastError: null, countAttempt: false });
    return { outgoing, refused: refused.length + lost.length };
  });
}

/** What the server answered of a batch; `stop`: the error that ended it, after which the rest was queued again. */
interface Sent {
  readonly answered: readonly Outgoing[];
  readonly result: SendResult;
  readonly stop: SyncError | null;
}

/** The server itself said no. Anything else (no connection, a portal in between, our own end) is no word on a change. */
function isRefusal(error: unknown): error is SyncError {
  return error instanceof SyncError && ['refused', 'too-large', 'not-found'].includes(error.reason);
}

async function sendBatch(db: MailDb, backend: Backend, batch: readonly Outgoing[], signal: AbortSignal): Promise<Sent> {
  const changes = batch.map(({ change }) => change);
  const result = await backend.send(changes, signal).catch((error: unknown) => {
    if (error instanceof SyncError) return { ...nothingAnswered, stop: error };
    requeue(db, batch, error, signal);
    throw error;
  });
  const { stop } = result;
  if (stop === undefined) return { answered: batch, result, stop: null };
  const answered = batch.filter(({ change }) => result.outcomes.has(change.email.id));
  const rest = batch.filter((outgoing) => !answered.includes(outgoing));
  // S27: a request that the server refuses as a whole may be one bad member's fault: try them singly.
  if (isRefusal(stop)) {
    const singly = await sendSingly(db, backend, rest, signal, stop);
    const outcomes = new Map([...result.outcomes, ...singly.result.outcomes]);
    return { ...singly, answered: [...answered, ...singly.answered], result: { ...singly.result, outcomes } };
  }
  requeue(db, rest, stop, signal);
  return { answered, result, stop };
}

const nothingAnswered: SendResult = { outcomes: new Map(), checkpoint: null, needsCycle: true };

async function sendSingly(
  db: MailDb,
  backend: Backend,
  batch: readonly Outgoing[],
  signal: AbortSignal,
  refusal: SyncError,
): Promise<Sent> {
  const outcomes = new Map<EmailId, ChangeOutcome>();
  const result: SendResult = { outcomes, checkpoint: null, needsCycle: true };
  for (const [index, { change }] of batch.entries()) {
    const { id } = change.email;
    try {
      if (batch.length === 1) throw refusal;
      const outcome = (await backend.send([change], signal)).outcomes.get(id);
      if (outcome !== undefined) outcomes.set(id, outcome);
    } catch (error) {
      if (isRefusal(error)) outcomes.set(id, { result: 'permanent', message: error.message });
      else {
        requeue(db, batch.slice(index), error, signal);
        if (!(error instanceof SyncError)) throw error;
        return { answered: batch.slice(0, index), result, stop: error };
      }
    }
  }
  return { answered: batch, result, stop: null };
}

/** S29: without a connection or a sign-in, and at our own end, no attempt was made. */
function requeue(db: MailDb, batch: readonly Outgoing[], error: unknown, signal: AbortSignal): void {
  const noAttempt = error instanceof SyncError && error.isWithoutAttempt;
  const countAttempt = !noAttempt && !signal.aborted;
  const lastError = error instanceof Error ? error.message : String(error);
  db.mail.transaction(() => {
    setChangeState(db, idsOf(changesOf(batch)), 'queued', { lastError: countAttempt ? lastError : null, countAttempt });
  });
}

interface Summary {
  done: number;
  failed: number;
  needsCycle: boolean;
  readonly deferred: EmailId[];
}

/** Commits what the server said: the base, the queue and the checkpoint in one transaction (S4, S11). */
function settle(db: MailDb, accountId: AccountId, batch: readonly Outgoing[], result: SendResult): Summary {
  return db.mail.transaction(() => {
    const summary: Summary = { done: 0, failed: 0, needsCycle: result.needsCycle, deferred: [] };
    const gone: EmailId[] = [];
    const taken = new Map<EmailId, readonly EmailIntent[]>();
    const shownAnew: EmailId[] = [];
    const done = batch.filter(({ change }) => result.outcomes.get(change.email.id)?.result === 'done');
    deleteChanges(db, idsOf(changesOf(done)));
    for (const { changes, change } of batch) {
      const ids = idsOf(changes);
      const emailId = change.email.id;
      const outcome = result.outcomes.get(emailId) ?? {
        result: 'transient',
        message: 'The server did not say what became of this change.',
      };
      switch (outcome.result) {
        case 'done':
          summary.done += ids.length;
          if (change.patch.destroy && !isStillThere(db, emailId, outcome)) gone.push(emailId);
          else if (outcome.isWritten === true) shownAnew.push(emailId);
          else taken.set(emailId, intentsOfPatch(change.patch));
          break;
        case 'gone':
          summary.done += ids.length;
          gone.push(emailId);
          break;
        case 'transient':
          setChangeState(db, ids, 'queued', { lastError: outcome.message, countAttempt: true });
          summary.deferred.push(emailId);
          break;
        case 'permanent':
          if (isTakenBack(db, changes)) {
            setChangeState(db, ids, 'queued', { lastError: outcome.message, countAttempt: true });
            break;
          }
          // S1: a refused intent shows the server's truth again at once; S30: it stands in the list of failed ones.
          setChangeState(db, ids, 'failed', { lastError: outcome.message, countAttempt: true });
          shownAnew.push(emailId);
          summary.failed += ids.length;
      }
    }
    // Once all is said of the queue, for it is replayed.
    acceptIntents(db, taken);
    replayPending(db, shownAnew);
    deleteEmails(db, gone);
    if (result.checkpoint !== null) {
      const { resourceType, from, to } = result.checkpoint;
      const now = Date.now();
      if (from !== to) summary.needsCycle ||= !advanceState(db, accountId, resourceType, { from, to }, now);
    }
    return summary;
  });
}

/**
 * S28: while it was under way the person wanted something else instead, which started from what is refused now: only the
 * two together say what that is. They come down to one when they are sent, so nothing of it was refused yet; and what was
 * half done over IMAP is put right, for all that they touch is sent.
 */
function isTakenBack(db: MailDb, refused: readonly PendingChange[]): boolean {
  const [first] = refused;
  if (first === undefined) return false;
  const later = pendingChangesOf(db, first.emailId).filter(({ state }) => state === 'queued');
  return later.some((change) => refused.some((one) => takesBack(change.intent, one.intent)));
}

/** Somebody else put a copy where none was, while the others were deleted. */
function isStillThere(db: MailDb, emailId: EmailId, { isWritten }: { readonly isWritten?: boolean }): boolean {
  return isWritten === true && (getServerState(db, emailId)?.mailboxIds.size ?? 0) > 0;
}

/**
 * What the server took is the patch, and not the intents that it came from: what it seemed to show already was left out,
 * and may have changed while the patch was under way.
 */
function intentsOfPatch(patch: EmailPatch): EmailIntent[] {
  return [
    { type: 'keywords', add: patch.addKeywords, remove: patch.removeKeywords },
    { type: 'mailboxes', add: patch.addMailboxes, remove: patch.removeMailboxes },
  ];
}
