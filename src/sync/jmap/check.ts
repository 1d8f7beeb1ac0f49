import { countEmails } from '../../db/emails';
import { mailboxKeys } from '../../db/mailboxes';
import { getState } from '../../db/sync-state';
import { Findings, type AccountFindings } from '../../model/findings';
import type { BackfillOptions } from '../backend';
import { restartFromNow, syncChanges } from './changes';
import { firstSync } from './first-sync';
import { emailType, mailboxType, type JmapContext } from './jmap-context';
import { rebuildMailboxes, startsComplete } from './mailboxes';
import { owe, owedWalk } from './owed-walk';
import { Reconciliation } from './reconcile';

/** Walks of one check: another one where the server lost track of the changes under the first. */
const mostWalks = 3;

/**
 * S39: what is new comes first, so that it is not taken for damage; then the mailboxes, and the walk of a rebuild (S8) with
 * its guards (S9), which counts what it mends. It is owed from its start on: should it be interrupted, the next back-fill
 * ends it.
 */
export async function checkAccount(
  context: JmapContext,
  onProgress: BackfillOptions['onProgress'],
  signal: AbortSignal,
): Promise<AccountFindings> {
  const { db, accountId } = context;
  const findings = new Findings();
  const lost = await takeNews(context, signal);
  findings.add('checkpoint-lost', lost);
  const options = { shouldYield: () => false, onProgress };
  // What was not fetched yet is no damage either.
  const before = owedWalk(db, accountId);
  if (before?.reason === 'first' && lost === 0) await new Reconciliation(context, before).run(options, signal);
  await rebuildMailboxes(context, startsComplete(context), signal, findings);
  await syncChanges(context, signal); // of what came between the mailboxes and their messages
  owe(db, accountId, 'stale');
  for (let walks = 0, owed = owedWalk(db, accountId); owed !== null && walks < mostWalks; walks++) {
    await new Reconciliation(context, owed, findings).run(options, signal);
    const left = owedWalk(db, accountId);
    owed = left?.number === owed.number ? null : left;
  }
  return { mailboxes: mailboxKeys(db, accountId).size, emails: countEmails(db, accountId), findings: findings.list() };
}

/**
 * An ordinary cycle. A checkpoint that is lost is replaced without fetching anything yet, so that all of it is counted;
 * returns how many were.
 */
async function takeNews(context: JmapContext, signal: AbortSignal): Promise<number> {
  const { db, accountId } = context;
  const lost = [emailType, mailboxType].filter((type) => getState(db, accountId, type) === null);
  const isNew = mailboxKeys(db, accountId).size === 0 && countEmails(db, accountId) === 0;
  if (lost.length === 0) await syncChanges(context, signal);
  else if (isNew) await firstSync(context, signal);
  else await restartFromNow(context, signal);
  return isNew ? 0 : lost.length;
}
