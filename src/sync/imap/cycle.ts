import { giveUpUnplaced } from '../../db/imap-messages';
import { listUnplaced, newRound, type Round } from '../../db/imap-unplaced';
import type { EmailId } from '../../model/ids';
import type { CycleReport } from '../backend';
import { getCheckpoint, isComplete, isSameStatus, type Checkpoint } from './checkpoint';
import type { ImapConnection } from './connection';
import { CommandRefused } from './imap-error';
import type { ImapContext } from './imap-context';
import { syncMailboxes, type OpenableMailbox } from './mailboxes';
import { syncMailbox, type MutableReport } from './sync-mailbox';

/** Rounds of one cycle: a second one finds where those went that the first one missed (S21). */
const mostRounds = 3;

/**
 * One cycle: a list with the STATUS of every mailbox tells which of them changed, and only those are opened (S25). With
 * nothing new it is one command.
 */
export async function runCycle(
  context: ImapContext,
  onMailboxes: (mailboxes: readonly OpenableMailbox[]) => void,
  signal: AbortSignal,
): Promise<CycleReport> {
  const report: MutableReport = { added: 0, changed: 0, removed: 0, mailboxes: 0 };
  const settleDoubt = context.doubt.beginCycle();
  for (let rounds = 0; rounds < mostRounds; rounds++) {
    const round = newRound();
    const older = listUnplaced(context.db, context.accountId);
    const mailboxes = await runRound(context, round, report, onMailboxes, signal);
    giveUp(context, older, mailboxes, round);
    const open = new Set(listUnplaced(context.db, context.accountId).map(({ id }) => id));
    if (![...round.departed].some((id) => open.has(id))) break;
  }
  settleDoubt();
  return report;
}

async function runRound(
  context: ImapContext,
  round: Round,
  report: MutableReport,
  onMailboxes: (mailboxes: readonly OpenableMailbox[]) => void,
  signal: AbortSignal,
): Promise<readonly OpenableMailbox[]> {
  const { work, warn } = context;
  const { mailboxes, changed, removed } = await work.turn(
    'sync',
    (connection) => syncMailboxes(context, connection, round, signal),
    signal,
  );
  report.mailboxes += changed;
  report.removed += removed;
  onMailboxes(mailboxes);
  for (const mailbox of mailboxes) {
    const run = async (connection: ImapConnection): Promise<void> => {
      if (!isDue(context, connection, mailbox)) return;
      try {
        await syncMailbox({ context, connection, mailbox, round, report, signal });
      } catch (error) {
        // One mailbox that cannot be opened must not stop the others; the next cycle tries it again.
        if (!(error instanceof CommandRefused) || error.reason === 'rate-limited' || error.reason === 'auth')
          throw error;
        warn('A mailbox could not be read.', `${mailbox.path}: ${error.details}`);
      }
    };
    if (mayBeDue(context, mailbox)) await work.turn('sync', run, signal);
  }
  return mailboxes;
}

/** Without asking for the connection: most mailboxes have nothing new. */
function mayBeDue(context: ImapContext, mailbox: OpenableMailbox): boolean {
  const checkpoint = getCheckpoint(context.db, context.accountId, mailbox.id);
  return (
    checkpoint === null ||
    !isUnchanged(checkpoint, mailbox) ||
    isOnScreen(context, mailbox) ||
    isScanDue(context, checkpoint)
  );
}

function isDue(context: ImapContext, connection: ImapConnection, mailbox: OpenableMailbox): boolean {
  const checkpoint = getCheckpoint(context.db, context.accountId, mailbox.id);
  // First contact with the others is the back-fill's, after all news is here.
  if (checkpoint === null) return isOnScreen(context, mailbox);
  if (!isUnchanged(checkpoint, mailbox)) return true;
  const tellsFlags = connection.tier !== 'none' && mailbox.status.highestModSeq !== null;
  return !tellsFlags && (isOnScreen(context, mailbox) || isScanDue(context, checkpoint));
}

const isUnchanged = ({ status }: Checkpoint, mailbox: OpenableMailbox): boolean =>
  status !== null && isSameStatus(status, mailbox.status);

const isOnScreen = (context: ImapContext, { id, role }: OpenableMailbox): boolean =>
  role === 'inbox' || id === context.focused();

const isScanDue = ({ policy }: ImapContext, { lastFullScan }: Checkpoint): boolean =>
  Math.abs(Date.now() - lastFullScan) >= policy.fullScan;

/**
 * S21: what was unplaced before this round began, and is in no mailbox after it, is gone. As long as a mailbox has not
 * been read to its end, a message that may be in it stays.
 */
export function giveUp(
  context: ImapContext,
  older: readonly { readonly id: EmailId; readonly mailboxId: number | null }[],
  mailboxes: readonly OpenableMailbox[],
  { departed }: Round,
): void {
  if (older.length === 0) return;
  const { db, accountId } = context;
  const checkpoints = new Map(mailboxes.map(({ id }) => [id as number, getCheckpoint(db, accountId, id)]));
  const allRead = [...checkpoints.values()].every((checkpoint) => checkpoint?.status != null);
  const open = new Map(listUnplaced(db, accountId).map(({ id, mailboxId }) => [id, mailboxId]));
  const gone = older.filter(({ id, mailboxId }) => {
    if (!open.has(id) || departed.has(id) || open.get(id) !== mailboxId) return false;
    if (mailboxId === null) return allRead;
    const checkpoint = checkpoints.get(mailboxId);
    return checkpoint?.status != null && isComplete(checkpoint);
  });
  giveUpUnplaced(
    db,
    gone.map(({ id }) => id),
  );
}
