import { storedMailboxes } from '../../db/imap-mailboxes';
import { giveUpUnplaced, leaveExpected } from '../../db/imap-missing';
import {
  expectedMailbox,
  isUnplaced,
  listUnplaced,
  newerTwin,
  type Round,
  type Unplaced,
} from '../../db/imap-unplaced';
import { refuseChanges } from '../../db/overlay';
import type { MailboxId } from '../../model/ids';
import { getCheckpoint, isComplete, isSameStatus, type Checkpoint } from './checkpoint';
import type { ImapContext } from './imap-context';
import { inPages } from './in-pages';
import type { OpenableMailbox } from './mailboxes';

/** A round that is over. */
export interface RoundEnd {
  /** What was unplaced before it began. */
  readonly older: readonly Unplaced[];
  /** As it has listed them. */
  readonly mailboxes: readonly OpenableMailbox[];
  /** When it listed them, nothing had come to any of them since they were read: see `hasArrivals`. */
  readonly isQuiet: boolean;
  readonly round: Round;
}

/** What waits for a message that is nowhere to be found says this, in the list of refused changes. */
const lost = 'This message left its mailbox, and a mailbox where it may be now cannot be read.';

/**
 * S21: what was unplaced before this round began, and is in no mailbox after it, is gone. A round that found arrivals does
 * not tell: a message that is moved while it runs can go from a mailbox that was not read yet into one that was. What is
 * known to be in a mailbox and is not there, once that was read, can be anywhere, so another round looks for it.
 *
 * As long as a mailbox was not read as this round has listed it (it was locked, or is not all here), a message that may be
 * in it stays. Not for ever, for there are mailboxes that nobody lets us read again: in the end its waiting changes are
 * refused (S30), and it goes once the person has settled them.
 */
export async function giveUp(
  context: ImapContext,
  { older, mailboxes, isQuiet, round }: RoundEnd,
  signal: AbortSignal,
): Promise<void> {
  if (older.length === 0) return;
  const { db, accountId, policy } = context;
  const unread = unreadMailboxes(context, mailboxes);
  const open = new Map(listUnplaced(db, accountId).map(({ id, mailboxId }) => [id, mailboxId]));
  const still = older.filter(({ id, mailboxId }) => open.get(id) === mailboxId && !round.departed.has(id));
  // Something may have come between two pages.
  const isAsBefore = ({ id, mailboxId }: Unplaced): boolean =>
    isUnplaced(db, id) && expectedMailbox(db, id) === mailboxId;
  const isOverdue = ({ since }: Unplaced): boolean => Math.abs(Date.now() - since) >= policy.lookFor;
  const mayStay = ({ id }: Unplaced): boolean => newerTwin(db, id) === undefined && refuseChanges(db, id, lost);
  const missed = ({ mailboxId }: Unplaced): boolean => mailboxId !== null && isAllRead(context, mailboxId, unread);
  const expected = still.filter(missed);
  const others = still.filter((email) => !missed(email));
  const isReadThrough = isQuiet && unread.size === 0;
  await inPages(db, others, signal, (page) => {
    const gone = page
      .filter(isAsBefore)
      .filter((email) => (isReadThrough && email.mailboxId === null) || (isOverdue(email) && !mayStay(email)));
    giveUpUnplaced(
      db,
      gone.map(({ id }) => id),
    );
  });
  await inPages(db, expected, signal, (page) => {
    const missing = page.filter(isAsBefore).map(({ id }) => id);
    leaveExpected(db, missing, round);
  });
}

/** Something came to one of these mailboxes since it was read, or may have. Those that never were count as unread. */
export const hasArrivals = ({ db, accountId }: ImapContext, mailboxes: readonly OpenableMailbox[]): boolean =>
  mailboxes.some((mailbox) => {
    const { id, status } = mailbox;
    const checkpoint = getCheckpoint(db, accountId, id);
    if (checkpoint === null || isUnchanged(checkpoint, mailbox)) return false;
    // Not every server tells UIDNEXT in a STATUS.
    if (status.uidNext === null || status.uidValidity !== checkpoint.uidValidity) return true;
    return status.uidNext > checkpoint.uidNext;
  });

/** Ours that may hold what this round has not seen; not those that were never ours to read. */
export function unreadMailboxes({ db, accountId }: ImapContext, mailboxes: readonly OpenableMailbox[]): Set<MailboxId> {
  const listed = new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox]));
  const unread = storedMailboxes(db, accountId).filter(({ id }) => {
    const checkpoint = getCheckpoint(db, accountId, id);
    const mailbox = listed.get(id);
    return mailbox === undefined ? checkpoint !== null : checkpoint === null || !isUnchanged(checkpoint, mailbox);
  });
  return new Set(unread.map(({ id }) => id));
}

function isAllRead({ db, accountId }: ImapContext, id: MailboxId, unread: ReadonlySet<MailboxId>): boolean {
  const checkpoint = getCheckpoint(db, accountId, id);
  return checkpoint !== null && isComplete(checkpoint) && !unread.has(id);
}

/** Nothing has happened in a mailbox since it was read: it was then as it is listed now. */
export const isUnchanged = ({ status }: Checkpoint, mailbox: OpenableMailbox): boolean =>
  status !== null && isSameStatus(status, mailbox.status);
