import { correctRemoteId, emailsAt, type PlacedEmail } from '../../db/imap-check';
import { emailAt, placesIn, removePlaces, storeMessages, updateKeywords } from '../../db/imap-messages';
import type { Round } from '../../db/imap-unplaced';
import type { Findings } from '../../model/findings';
import type { EmailId } from '../../model/ids';
import { normaliseKeywords } from '../../model/keywords';
import { emptyReport } from '../backend';
import type { Checkpoint } from './checkpoint';
import { atom } from './connection';
import { fetchList, fetchMarks, type Mark } from './fetch-list';
import type { ImapContext } from './imap-context';
import { inPages } from './in-pages';
import type { OpenableMailbox } from './mailboxes';
import { search } from './search';
import type { Selected } from './select';
import { fetchMissing, syncMailbox, type Task, type Verify } from './sync-mailbox';
import { fittingParts, formatUidSet, pagesOf } from './uid-set';

/** Messages of one turn: somebody who opens a message waits no longer than for that many. */
const turnSize = 2000;

/** What checking a mailbox needs. */
export interface MailboxCheck {
  readonly context: ImapContext;
  readonly mailbox: OpenableMailbox;
  readonly round: Round;
  readonly findings: Findings;
  /** Messages that had no copy where the server has one, or one where it has none. */
  readonly displaced: Set<EmailId>;
  /** Messages that had other flags than on the server. */
  readonly misflagged: Set<EmailId>;
  readonly onCompared: (emails: number) => void;
  readonly signal: AbortSignal;
}

/**
 * S39: compares the UIDs, then flags and identity page by page. Each turn of it is an ordinary sync of the mailbox first, so
 * that news are not taken for damage, with this in place of its count.
 */
export async function checkMailbox(check: MailboxCheck): Promise<void> {
  const { findings, onCompared } = check;
  const uids = await takeTurn(check, (...at) => compareUids(check, ...at));
  if (uids === null) findings.add('list-in-doubt', 1, 0);
  const pages = pagesOf(uids ?? [], turnSize).flatMap((page) => fittingParts(page, (uid) => uid));
  for (const page of pages) {
    await takeTurn(check, (task) => compareMarks(check, task, page));
    onCompared(page.length);
  }
}

/** Null: it did not come to it, because the server could not be believed (S19). */
async function takeTurn<T>(
  { context, mailbox, round, signal }: MailboxCheck,
  compare: (...at: Parameters<Verify>) => Promise<T>,
): Promise<T | null> {
  const report = emptyReport();
  const compared: T[] = [];
  const verify: Verify = async (...at) => {
    compared.push(await compare(...at));
    return at[1];
  };
  await context.work.turn(
    'backfill',
    (connection) => syncMailbox({ context, connection, mailbox, round, report, signal, verify }),
    signal,
  );
  return compared[0] ?? null;
}

/** The UIDs that both sides have in the end; null: the server's list cannot be believed (S9, S19). */
async function compareUids(
  { mailbox, round, displaced, signal }: MailboxCheck,
  task: Task,
  before: Checkpoint,
  selected: Selected,
): Promise<readonly number[] | null> {
  const { db, warn } = task.context;
  const all = await search(task.connection, [atom('ALL')], signal);
  if (all.length < selected.exists) {
    warn('The server lists fewer messages than it says it has: nothing is deleted.', mailbox.path);
    return null;
  }
  const isCovered = (uid: number): boolean => uid >= before.backfilledDownTo && uid < before.uidNext;
  const there = new Set(all.filter(isCovered));
  const here = placesIn(db, mailbox.id, before.backfilledDownTo);
  // Beyond the checkpoint stand our own moves: a place there is wrong only if the server has no such message.
  const known = new Set(all);
  const extra = [...here.keys()].filter((uid) => !known.has(uid));
  const missing = [...there].filter((uid) => !here.has(uid));
  await inPages(db, extra, signal, (page) => {
    for (const uid of page) noteDisplaced(uid);
    removePlaces(db, mailbox.id, page, round);
  });
  await fetchMissing(task, missing);
  for (const uid of missing) noteDisplaced(uid);
  return [...there].sort((a, b) => a - b);

  function noteDisplaced(uid: number): void {
    const id = emailAt(db, mailbox.id, uid);
    if (id !== undefined) displaced.add(id);
  }
}

/** Flags, and whether the message at each UID is the one that the server has there. */
async function compareMarks(
  { mailbox, findings, misflagged, signal }: MailboxCheck,
  task: Task,
  page: readonly number[],
): Promise<void> {
  const { db } = task.context;
  const marks = await fetchMarks(task.connection, formatUidSet(page), signal);
  const here = emailsAt(db, mailbox.id, page);
  const suspects = page.filter((uid) => {
    const [mark, email] = [marks.get(uid), here.get(uid)];
    return mark !== undefined && email !== undefined && !looksTheSame(mark, email);
  });
  await compareIdentity(task, suspects, here, findings);
  const different = [...marks].filter(([uid, { keywords }]) => {
    const email = here.get(uid);
    const isSame = email === undefined || email.keywords === normaliseKeywords(keywords).join(' ');
    if (!isSame) misflagged.add(email.id);
    return !isSame;
  });
  updateKeywords(db, mailbox.id, new Map(different.map(([uid, { keywords }]) => [uid, keywords])));
}

/** By the server's id; where it has none, or it is the same for all copies, by what a copy has in common (S20). */
function looksTheSame(mark: Mark, email: PlacedEmail): boolean {
  if (mark.remoteId !== null && email.remoteId !== null) return mark.remoteId === email.remoteId;
  const isSameSize = mark.size === null || mark.size === email.size;
  return isSameSize && (mark.receivedAt === null || mark.receivedAt === email.receivedAt);
}

/** There are servers whose sizes and dates are no two times the same: only the Message-ID convicts. */
async function compareIdentity(
  task: Task,
  suspects: readonly number[],
  here: ReadonlyMap<number, PlacedEmail>,
  findings: Findings,
): Promise<void> {
  if (suspects.length === 0) return;
  const { context, connection, mailbox, round, signal } = task;
  const { db, accountId } = context;
  const emails = await fetchList(connection, { uids: formatUidSet(suspects) }, signal);
  db.mail.transaction(() => {
    const mistaken = emails.filter(({ uid, messageId, remoteId }) => {
      const email = here.get(uid);
      if (email?.messageId !== messageId.join(' ')) return true;
      if (remoteId !== null && remoteId !== email.remoteId && correctRemoteId(db, email.id, remoteId))
        findings.add('emails-mistaken', 1);
      return false;
    });
    const uids = mistaken.map(({ uid }) => uid);
    removePlaces(db, mailbox.id, uids, round);
    storeMessages(db, accountId, mailbox.id, mistaken, round);
    findings.add('emails-mistaken', mistaken.length);
  });
}
