import {
  countPlaces,
  countUnseen,
  emailAt,
  placesIn,
  removePlaces,
  storeMessages,
  updateKeywords,
} from '../../db/imap-messages';
import { completeMailbox } from '../../db/imap-mailboxes';
import { leaveExpected } from '../../db/imap-missing';
import { expectedHere, unplaceMailbox, type Round } from '../../db/imap-unplaced';
import type { MailboxId } from '../../model/ids';
import type { MutableReport } from '../backend';
import { getCheckpoint, isComplete, isSameStatus, owingDetails, setCheckpoint, type Checkpoint } from './checkpoint';
import { atom, type ImapConnection } from './connection';
import { fetchDetails } from './details';
import { fetchList } from './fetch-list';
import { keywordsOf } from './flags';
import { inPages } from './in-pages';
import type { ImapContext } from './imap-context';
import { fetchFlags, lookAtFlags, type Changes } from './look-at-flags';
import type { OpenableMailbox } from './mailboxes';
import { isLoss, trulyGone } from './mass-delete';
import { search, searchUids } from './search';
import { selectMailbox, type Selected } from './select';
import { formatUidSet, pagesOf } from './uid-set';

/** Everything that syncing one mailbox needs. */
export interface Task {
  readonly context: ImapContext;
  readonly connection: ImapConnection;
  readonly mailbox: OpenableMailbox;
  readonly round: Round;
  readonly report: MutableReport;
  readonly signal: AbortSignal;
  /** In place of the count, which tells least (S39). */
  readonly verify?: Verify;
}

/** Whether what is here is all, and right; the checkpoint as it stands after it. */
export type Verify = (task: Task, before: Checkpoint, selected: Selected) => Promise<Checkpoint>;

/**
 * Brings one mailbox up to date: what is gone, then flags (S18), then new mail by UID (S16), then a count to see whether
 * that was all (S15: trust, but verify). Each step is committed with the checkpoint that it reaches (S4).
 */
export async function syncMailbox(task: Task): Promise<void> {
  const { context, connection, mailbox, signal } = task;
  const { db, accountId } = context;
  const before = getCheckpoint(db, accountId, mailbox.id);
  const since =
    connection.tier === 'qresync' && before?.highestModSeq != null
      ? { uidValidity: before.uidValidity, modSeq: before.highestModSeq }
      : null;
  const selected = await selectMailbox(connection, mailbox.path, since, signal);
  if (before?.uidValidity !== selected.uidValidity) {
    await beginMailbox(task, selected);
    return;
  }
  const { checkpoint, inDoubt } = await readChanges(task, before, selected);
  const after = await readNewMail(task, checkpoint, selected);
  if (inDoubt) {
    setCheckpoint(db, accountId, mailbox.id, after);
    return;
  }
  const checked = await (task.verify ?? verifyCount)(task, after, selected);
  setCheckpoint(db, accountId, mailbox.id, { ...checked, mailboxId: mailbox.mailboxId, status: mailbox.status });
}

/**
 * First contact, and a new UIDVALIDITY (S20): the newest messages at once, the rest is the back-fill's. What was here
 * under the old numbers stays and is found again by what it is.
 */
async function beginMailbox(task: Task, selected: Selected): Promise<void> {
  const { context, connection, mailbox, round, report, signal } = task;
  const { db, accountId, warn, policy } = context;
  const { exists } = selected;
  const before = getCheckpoint(db, accountId, mailbox.id);
  const numbers = `${Math.max(1, exists - policy.firstPage + 1)}:${exists}`;
  const emails = exists === 0 ? [] : await fetchList(connection, { numbers }, signal);
  const uids = emails.map((email) => email.uid);
  const highest = uids.reduce((most, uid) => Math.max(most, uid), 0);
  const lowest = uids.reduce((least, uid) => Math.min(least, uid), highest);
  const uidNext = Math.max(selected.uidNext ?? 1, highest + 1);
  const isAll = emails.length >= exists;
  const checkpoint: Checkpoint = {
    uidValidity: selected.uidValidity,
    uidNext,
    highestModSeq: selected.highestModSeq,
    backfilledDownTo: isAll ? 1 : emails.length === 0 ? uidNext : lowest,
    detailedDownTo: uidNext,
    detailsOwedFrom: null,
    lastFullScan: Date.now(),
    mailboxId: mailbox.mailboxId,
    status: mailbox.status,
  };
  db.mail.transaction(() => {
    const kept = unplaceMailbox(db, mailbox.id);
    if (kept > 0 && before !== null)
      warn('The server numbered a mailbox anew: its messages are matched again.', mailbox.path);
    report.added += storeMessages(db, accountId, mailbox.id, emails, round);
    if (isAll) completeMailbox(db, mailbox.id);
    setCheckpoint(db, accountId, mailbox.id, checkpoint);
  });
  // At once: who meets one of them elsewhere knows it, before something is done to it under a second key (S3, S30). Of more
  // than a page the back-fill reads the rest first, and the end of the round tells.
  const missing = isAll ? expectedHere(db, mailbox.id) : [];
  await inPages(db, missing, signal, (page) => leaveExpected(db, page, round));
  await fetchDetails(context, connection, mailbox.id, uids, signal);
  const detailedDownTo = isAll ? 1 : Math.min(checkpoint.detailedDownTo, lowest || checkpoint.detailedDownTo);
  setCheckpoint(db, accountId, mailbox.id, { ...checkpoint, detailedDownTo });
}

/**
 * Applies what is gone and whose flags changed. In doubt (S19): nothing is removed, and the checkpoint stays behind, so that
 * the next cycle asks again.
 */
async function readChanges(
  task: Task,
  before: Checkpoint,
  selected: Selected,
): Promise<{ readonly checkpoint: Checkpoint; readonly inDoubt: boolean }> {
  const { context, connection, mailbox, round, report, signal } = task;
  const { db, accountId, warn } = context;
  const changes = await askChanges(task, before, selected);
  let gone = [...changes.gone];
  let inDoubt = false;
  if (isLoss(gone.length, countPlaces(db, mailbox.id))) {
    const sure = await trulyGone(connection, gone, signal);
    if (sure === null || sure.length < gone.length) {
      warn('The server said that much mail is gone which it still has: that was not believed.', mailbox.path);
    }
    inDoubt = sure === null;
    gone = sure ?? [];
  }
  const checkpoint: Checkpoint = {
    ...before,
    highestModSeq: inDoubt ? before.highestModSeq : selected.highestModSeq,
    lastFullScan: changes.scannedAll && !inDoubt ? Date.now() : before.lastFullScan,
    // The rest of this mailbox is still to be read: should it be interrupted, the next cycle opens it again. Where STATUS
    // tells of nothing, nothing is owed, and nothing is written.
    status: before.status !== null && isSameStatus(before.status, mailbox.status) ? before.status : null,
  };
  const all = [...gone.map((uid) => [uid, null] as const), ...changes.flags];
  await inPages(db, all, signal, (page, isLast) => {
    const gonePage = page.flatMap(([uid, flags]) => (flags === null ? uid : []));
    const keywords = page.flatMap(([uid, flags]) => (flags === null ? [] : [[uid, keywordsOf(flags)] as const]));
    report.removed += removePlaces(db, mailbox.id, gonePage, round);
    report.changed += updateKeywords(db, mailbox.id, new Map(keywords));
    if (isLast) setCheckpoint(db, accountId, mailbox.id, checkpoint);
  });
  return { checkpoint, inDoubt };
}

/** By tier (S15). */
async function askChanges(task: Task, before: Checkpoint, selected: Selected): Promise<Changes> {
  const { mailbox, context } = task;
  const known = `${before.backfilledDownTo}:${before.uidNext - 1}`;
  const nothing: Changes = { gone: new Set(), flags: new Map(), scannedAll: false };
  if (before.uidNext <= before.backfilledDownTo) return nothing;
  // A restored server counts from further back: what happened in between it will never tell.
  const isBack = isLess(selected.highestModSeq, before.highestModSeq);
  if (selected.changes !== null && !isBack) {
    const { vanished, flags } = selected.changes;
    return { gone: onlyHere(context, mailbox, vanished), flags, scannedAll: false };
  }
  if (before.highestModSeq !== null && selected.highestModSeq !== null && !isBack) {
    if (before.highestModSeq === selected.highestModSeq) return nothing;
    const since = [atom('CHANGEDSINCE'), atom(before.highestModSeq)];
    return { ...nothing, flags: await fetchFlags(task, known, since) };
  }
  if (task.verify !== undefined) return nothing; // it looks at everything
  // From here on mod-sequences tell: what was before them has to be looked at once.
  return await lookAtFlags(task, before, selected.highestModSeq !== null);
}

function isLess(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && BigInt(a) < BigInt(b);
}

/** A server names ranges of UIDs that were never here, too. */
function onlyHere({ db }: ImapContext, { id }: OpenableMailbox, uids: ReadonlySet<number>): ReadonlySet<number> {
  if (uids.size < 1000) return new Set([...uids].filter((uid) => emailAt(db, id, uid) !== undefined));
  return new Set([...placesIn(db, id, 1).keys()].filter((uid) => uids.has(uid)));
}

/** S16: by UID, whatever MODSEQ says. Oldest first, so that the checkpoint can follow page by page. */
async function readNewMail(task: Task, before: Checkpoint, selected: Selected): Promise<Checkpoint> {
  const { context, connection, mailbox, round, report, signal } = task;
  const { db, accountId, policy } = context;
  const from = before.uidNext;
  if (selected.uidNext !== null && selected.uidNext <= from) return before;
  const isMuch = selected.uidNext === null || selected.uidNext - from > policy.page;
  // S17: past the end `n:*` is the last message; anything below n is not new.
  const uids = isMuch ? (await searchUids(connection, `${from}:*`, signal)).filter((uid) => uid >= from) : null;
  let checkpoint = before;
  for (const page of uids === null ? [`${from}:*`] : pagesOf(uids, policy.page).map(formatUidSet)) {
    const emails = (await fetchList(connection, { uids: page }, signal)).filter((email) => email.uid >= from);
    const came = emails.map((email) => email.uid);
    checkpoint = { ...checkpoint, uidNext: came.reduce((next, uid) => Math.max(next, uid + 1), checkpoint.uidNext) };
    db.mail.transaction(() => {
      report.added += storeMessages(db, accountId, mailbox.id, emails, round);
      setCheckpoint(db, accountId, mailbox.id, owingDetails(checkpoint, came));
    });
    await fetchDetails(context, connection, mailbox.id, came, signal);
  }
  return { ...checkpoint, uidNext: Math.max(checkpoint.uidNext, selected.uidNext ?? 0) };
}

/** Compares the count with the server's; where it is another, compares the UIDs themselves. */
async function verifyCount(task: Task, before: Checkpoint, selected: Selected): Promise<Checkpoint> {
  const { context, connection, mailbox, round, report, signal } = task;
  const { db, warn } = context;
  const arrived = [...placesIn(db, mailbox.id, selected.uidNext ?? before.uidNext).keys()].length;
  const hasAll = isComplete(before);
  const isSuspect = context.suspects.has(mailbox.id);
  if (hasAll && !isSuspect && countPlaces(db, mailbox.id) === selected.exists + arrived) {
    return arrived > 0 ? before : await verifyUnseen(task, before, selected);
  }
  if (!hasAll && !isSuspect && selected.changes !== null) return before;
  const range = `${before.backfilledDownTo}:${Math.max(before.backfilledDownTo, before.uidNext - 1)}`;
  const there = new Set(
    hasAll ? await search(connection, [atom('ALL')], signal) : await searchUids(connection, range, signal),
  );
  const here = placesIn(db, mailbox.id, before.backfilledDownTo);
  const gone = [...here.keys()].filter((uid) => !there.has(uid) && uid < before.uidNext);
  if (isLoss(gone.length, here.size)) {
    const all = hasAll ? there : new Set(await search(connection, [atom('ALL')], signal));
    if (all.size < selected.exists || gone.some((uid) => all.has(uid))) {
      warn('The server lists fewer messages than it says it has: nothing is deleted.', mailbox.path);
      return before;
    }
  }
  // Beyond UIDNEXT, too: a server may count too low, or not say it.
  const missing = [...there].filter((uid) => !here.has(uid) && uid >= before.backfilledDownTo);
  await inPages(db, gone, signal, (page) => {
    report.removed += removePlaces(db, mailbox.id, page, round);
  });
  await fetchMissing(task, missing);
  context.suspects.delete(mailbox.id);
  return { ...before, uidNext: missing.reduce((next, uid) => Math.max(next, uid + 1), before.uidNext) };
}

/** Fetches what should be here. What does not come is asked for again when something changes in the mailbox. */
export async function fetchMissing(task: Task, uids: readonly number[]): Promise<void> {
  const { context, connection, mailbox, round, report, signal } = task;
  const { db, accountId, policy, warn } = context;
  for (const page of pagesOf(uids, policy.page)) {
    const emails = await fetchList(connection, { uids: formatUidSet(page) }, signal);
    const came = new Set(emails.map(({ uid }) => uid));
    const missing = page.filter((uid) => !came.has(uid));
    if (missing.length > 0) {
      const details = `${mailbox.path}: ${formatUidSet(missing)}`;
      warn('There are messages that the server lists and does not hand out: they are left out for now.', details);
    }
    db.mail.transaction(() => {
      report.added += storeMessages(db, accountId, mailbox.id, emails, round);
      const stored = getCheckpoint(db, accountId, mailbox.id);
      if (stored !== null) setCheckpoint(db, accountId, mailbox.id, owingDetails(stored, [...came]));
    });
    await fetchDetails(context, connection, mailbox.id, [...came], signal);
  }
}

/** Mailboxes whose unseen are counted otherwise by the server, although all flags are the same. */
const countedOtherwise = new WeakMap<ImapContext, Set<MailboxId>>();

/** S15: where the unseen are not as many as STATUS told of this very state, flags changed without raising MODSEQ. */
async function verifyUnseen(task: Task, before: Checkpoint, selected: Selected): Promise<Checkpoint> {
  const { context, connection, mailbox, report } = task;
  const { db } = context;
  const { unseen, messages, highestModSeq } = mailbox.status;
  const isSameState = messages === selected.exists && highestModSeq === selected.highestModSeq;
  if (connection.tier === 'none' || highestModSeq === null || unseen === null || !isSameState) return before;
  const otherwise = countedOtherwise.get(context) ?? new Set();
  if (countUnseen(db, mailbox.id) === unseen || otherwise.has(mailbox.id)) return before;
  const flags = await fetchFlags(task, `1:${before.uidNext - 1}`);
  report.changed += updateKeywords(db, mailbox.id, new Map([...flags].map(([uid, list]) => [uid, keywordsOf(list)])));
  if (countUnseen(db, mailbox.id) !== unseen) countedOtherwise.set(context, otherwise.add(mailbox.id));
  return { ...before, lastFullScan: Date.now() };
}
