import { discardedMoves, forgetDiscarded } from '../../db/imap-discarded';
import { knownUpTo, listUnplaced, markKnown, newRound, type Round } from '../../db/imap-unplaced';
import { emptyReport, type CycleReport, type MutableReport } from '../backend';
import { getCheckpoint, type Checkpoint } from './checkpoint';
import type { ImapConnection } from './connection';
import { giveUp, hasArrivals, isUnchanged, unreadMailboxes, type RoundEnd } from './give-up';
import { isRefusalOfOne } from './imap-error';
import type { ImapContext } from './imap-context';
import { syncMailboxes, type OpenableMailbox } from './mailboxes';
import { syncMailbox } from './sync-mailbox';

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
  const report = emptyReport();
  const settleDoubt = context.doubt.beginCycle();
  const discarded = discardedMoves(context.db, context.accountId);
  let mailboxes: readonly OpenableMailbox[] = [];
  for (let rounds = 0; rounds < mostRounds; rounds++) {
    const round = newRound(knownUpTo(context.db, context.accountId));
    const older = listUnplaced(context.db, context.accountId);
    const listed = await runRound(context, round, report, onMailboxes, signal);
    mailboxes = listed.mailboxes;
    await giveUp(context, { older, round, ...listed }, signal);
    const open = new Set(listUnplaced(context.db, context.accountId).map(({ id }) => id));
    if (![...round.departed].some((id) => open.has(id))) break;
  }
  markKnown(context.db, context.accountId);
  forgetDiscarded(context.db, context.accountId, discarded, unreadMailboxes(context, mailboxes));
  settleDoubt();
  return report;
}

async function runRound(
  context: ImapContext,
  round: Round,
  report: MutableReport,
  onMailboxes: (mailboxes: readonly OpenableMailbox[]) => void,
  signal: AbortSignal,
): Promise<Pick<RoundEnd, 'mailboxes' | 'isQuiet'>> {
  const { work, warn } = context;
  const { mailboxes, changed, removed } = await work.turn(
    'sync',
    (connection) => syncMailboxes(context, connection, round, signal),
    signal,
  );
  report.mailboxes += changed;
  report.removed += removed;
  onMailboxes(mailboxes);
  const isQuiet = !hasArrivals(context, mailboxes);
  for (const mailbox of mailboxes) {
    const run = async (connection: ImapConnection): Promise<void> => {
      if (!isDue(context, connection, mailbox)) return;
      try {
        await syncMailbox({ context, connection, mailbox, round, report, signal });
      } catch (error) {
        // One mailbox that cannot be opened must not stop the others; the next cycle tries it again.
        if (!isRefusalOfOne(error)) throw error;
        warn('A mailbox could not be read.', `${mailbox.path}: ${error.details}`);
      }
    };
    if (mayBeDue(context, mailbox)) await work.turn('sync', run, signal);
  }
  return { mailboxes, isQuiet };
}

/** Without asking for the connection: most mailboxes have nothing new. */
function mayBeDue(context: ImapContext, mailbox: OpenableMailbox): boolean {
  const checkpoint = getCheckpoint(context.db, context.accountId, mailbox.id);
  return (
    checkpoint === null ||
    !isUnchanged(checkpoint, mailbox) ||
    context.suspects.has(mailbox.id) ||
    isOnScreen(context, mailbox) ||
    isScanDue(context, checkpoint)
  );
}

function isDue(context: ImapContext, connection: ImapConnection, mailbox: OpenableMailbox): boolean {
  const checkpoint = getCheckpoint(context.db, context.accountId, mailbox.id);
  // First contact with the others is the back-fill's, after all news is here.
  if (checkpoint === null) return isOnScreen(context, mailbox);
  if (!isUnchanged(checkpoint, mailbox) || context.suspects.has(mailbox.id)) return true;
  const tellsFlags = connection.tier !== 'none' && mailbox.status.highestModSeq !== null;
  return !tellsFlags && (isOnScreen(context, mailbox) || isScanDue(context, checkpoint));
}

const isOnScreen = (context: ImapContext, { id, role }: OpenableMailbox): boolean =>
  role === 'inbox' || id === context.focused();

const isScanDue = ({ policy }: ImapContext, { lastFullScan }: Checkpoint): boolean =>
  Math.abs(Date.now() - lastFullScan) >= policy.fullScan;
