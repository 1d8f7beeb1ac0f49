import { deleteLostCheckpoints, hasEmail, mendBases, placedEmails, setStraysAside } from '../../db/imap-check';
import { newestEmail } from '../../db/emails';
import { completeMailbox, storedMailboxes } from '../../db/imap-mailboxes';
import { countPlaces } from '../../db/imap-messages';
import { newRound } from '../../db/imap-unplaced';
import { Findings, type AccountFindings } from '../../model/findings';
import type { EmailId } from '../../model/ids';
import type { BackfillOptions } from '../backend';
import type { Backfill } from './backfill';
import { checkMailbox } from './check-mailbox';
import { getCheckpoint, isComplete } from './checkpoint';
import { runCycle } from './cycle';
import { isRefusalOfOne } from './imap-error';
import type { ImapContext } from './imap-context';
import { inPages } from './in-pages';
import { syncMailboxes, type OpenableMailbox } from './mailboxes';

export interface CheckOptions {
  readonly backfill: Backfill;
  readonly onMailboxes: (mailboxes: readonly OpenableMailbox[]) => void;
  readonly onProgress: BackfillOptions['onProgress'];
}

/**
 * S39: our own bookkeeping first, so that nothing is fetched that is here; then the mailboxes; then each of them. Messages
 * that lost their place are found again by what they are (S20), with their bodies and their waiting changes; those that are
 * nowhere are given up by the rules of a cycle (S21).
 */
export async function checkAccount(
  context: ImapContext,
  { backfill, onMailboxes, onProgress }: CheckOptions,
  signal: AbortSignal,
): Promise<AccountFindings> {
  const { db, accountId, work } = context;
  const findings = new Findings();
  const newest = newestEmail(db);
  const displaced = new Set<EmailId>(setStraysAside(db, accountId));
  const misflagged = new Set<EmailId>();
  await mendAll(context, displaced, misflagged, signal);
  findings.add('rows-without-owner', deleteLostCheckpoints(db, accountId));
  findings.add('checkpoint-lost', countLostCheckpoints(context));
  const round = newRound();
  const { mailboxes } = await work.turn(
    'sync',
    (connection) => syncMailboxes(context, connection, round, signal, findings),
    signal,
  );
  onMailboxes(mailboxes);
  // What was not fetched yet is no damage.
  await backfill.run(mailboxes, { shouldYield: () => false, onProgress }, signal);
  const total = mailboxes.reduce((sum, { id }) => sum + countPlaces(db, id), 0);
  let compared = 0;
  onProgress(0, total);
  const onCompared = (emails: number): void => onProgress(Math.min((compared += emails), total), total);
  for (const mailbox of mailboxes) {
    try {
      await checkMailbox({ context, mailbox, round, findings, displaced, misflagged, onCompared, signal });
    } catch (error) {
      if (!isRefusalOfOne(error)) throw error;
      context.warn('A mailbox could not be read.', `${mailbox.path}: ${error.details}`);
      findings.add('mailboxes-unreadable', 1, 0);
    }
    const checkpoint = getCheckpoint(db, accountId, mailbox.id);
    if (checkpoint !== null && isComplete(checkpoint)) completeMailbox(db, mailbox.id);
  }
  await runCycle(context, onMailboxes, signal);
  findings.add('keywords-different', misflagged.size);
  for (const id of displaced) {
    const [isHere, isNew] = [hasEmail(db, id), id > newest];
    // One that is new and gone again turned out to be another that had lost its place.
    if (isHere) findings.add(isNew ? 'emails-missing' : 'places-different', 1);
    else if (!isNew) findings.add('emails-extra', 1);
  }
  return { mailboxes: mailboxes.length, emails: compared, findings: findings.list() };
}

/** What is shown of a message follows from its copies. */
async function mendAll(
  { db, accountId }: ImapContext,
  displaced: Set<EmailId>,
  misflagged: Set<EmailId>,
  signal: AbortSignal,
): Promise<void> {
  await inPages(db, placedEmails(db, accountId), signal, (page) => {
    for (const [id, wrong] of mendBases(db, page)) (wrong === 'keywords' ? misflagged : displaced).add(id);
  });
}

/** Of mailboxes that have been read. */
function countLostCheckpoints({ db, accountId }: ImapContext): number {
  return storedMailboxes(db, accountId).filter(
    ({ id }) => getCheckpoint(db, accountId, id) === null && countPlaces(db, id) > 0,
  ).length;
}
