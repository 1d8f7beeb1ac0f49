import { storedMailboxes } from '../../db/imap-mailboxes';
import { giveUpUnplaced } from '../../db/imap-messages';
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
interface RoundEnd {
  /** What was unplaced before it began. */
  readonly older: readonly Unplaced[];
  /** As it has listed them. */
  readonly mailboxes: readonly OpenableMailbox[];
  readonly round: Round;
}

/** What waits for a message that is nowhere to be found says this, in the list of refused changes. */
const lost = 'This message left its mailbox, and a mailbox where it may be now cannot be read.';

/**
 * S21: what was unplaced before this round began, and is in no mailbox after it, is gone. As long as a mailbox was not read
 * as this round has listed it (it was locked, or is not all here), a message that may be in it stays. Not for ever, for
 * there are mailboxes that nobody lets us read again: in the end its waiting changes are refused (S30), and it goes once
 * the person has settled them.
 */
export async function giveUp(
  context: ImapContext,
  { older, mailboxes, round: { departed } }: RoundEnd,
  signal: AbortSignal,
): Promise<void> {
  if (older.length === 0) return;
  const { db, accountId, policy } = context;
  const unread = unreadMailboxes(context, mailboxes);
  const open = new Map(listUnplaced(db, accountId).map(({ id, mailboxId }) => [id, mailboxId]));
  const still = older.filter(({ id, mailboxId }) => open.get(id) === mailboxId && !departed.has(id));
  const isNowhere = ({ mailboxId }: Unplaced): boolean =>
    mailboxId === null ? unread.size === 0 : isAllRead(context, mailboxId, unread);
  // One that is known to be in a mailbox stays as long as the others that were read there.
  const isOverdue = ({ mailboxId, since }: Unplaced): boolean =>
    mailboxId === null && Math.abs(Date.now() - since) >= policy.lookFor;
  const mayStay = ({ id }: Unplaced): boolean => newerTwin(db, id) === undefined && refuseChanges(db, id, lost);
  await inPages(db, still, signal, (page) => {
    const gone = page.filter((email) => {
      const { id, mailboxId } = email;
      if (!isUnplaced(db, id) || expectedMailbox(db, id) !== mailboxId) return false; // something came between two pages
      return isNowhere(email) || (isOverdue(email) && !mayStay(email));
    });
    giveUpUnplaced(
      db,
      gone.map(({ id }) => id),
    );
  });
}

/** Ours that may hold what this round has not seen; not those that were never ours to read. */
function unreadMailboxes({ db, accountId }: ImapContext, mailboxes: readonly OpenableMailbox[]): Set<MailboxId> {
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
