import type { EmailId } from '../model/ids';
import { deleteEmails } from './emails';
import { isLive, placesOf, refreshBase } from './imap-messages';
import {
  absorb,
  expectNowhereYet,
  forgetUnplaced,
  isUnplaced,
  leavePlace,
  newerTwin,
  olderTwin,
  wouldDestroy,
  type Round,
} from './imap-unplaced';
import type { MailDb } from './mail-db';
import { changesOf } from './pending-changes';

/** These are not where they were expected, now that the whole mailbox was read: unless another copy is known, S21 is theirs. */
export function leaveExpected(db: MailDb, ids: readonly EmailId[], round: Round): void {
  for (const id of ids) {
    // One before it may have absorbed it.
    if (!isUnplaced(db, id)) continue;
    forgetUnplaced(db, id);
    if (!placesOf(db, id).some(isLive)) leavePlace(db, id, round);
  }
  refreshBase(db, ids);
}

/**
 * S21: every mailbox had the chance to show these messages; what stands nowhere is gone. One that another round has met
 * somewhere else before it was known to have left is that one: so its key and what waits for it stay (S3, S30). And where
 * the older row was found again, what waits for the newer one is the older one's. Not so a deletion for good: it is done,
 * and the double was not meant. Returns how many are gone.
 */
export function giveUpUnplaced(db: MailDb, ids: readonly EmailId[]): number {
  return db.mail.transaction(() => {
    const gone: EmailId[] = [];
    const found: EmailId[] = [];
    for (const id of ids) {
      forgetUnplaced(db, id);
      if (placesOf(db, id).length > 0) found.push(id);
      else found.push(...becomeTwin(db, id, ids));
      if (!found.includes(id)) gone.push(id);
    }
    refreshBase(db, found);
    deleteEmails(db, gone);
    return gone.length;
  });
}

/** The rows that stay of one of the missing messages and of its double, which may not be missing yet. */
function becomeTwin(db: MailDb, id: EmailId, missing: readonly EmailId[]): EmailId[] {
  const newer = newerTwin(db, id);
  if (newer !== undefined && !wouldDestroy(db, id, newer)) {
    const isOpen = isUnplaced(db, newer) && !missing.includes(newer);
    absorb(db, id, newer);
    if (isOpen) expectNowhereYet(db, id);
    return isOpen || placesOf(db, id).length > 0 ? [id] : [];
  }
  const changes = changesOf(db, id);
  const isToGo = changes.some(({ intent }) => intent.type === 'destroy');
  const older = changes.length > 0 && !isToGo ? olderTwin(db, id) : undefined;
  if (older === undefined) return [];
  absorb(db, older, id);
  return [older];
}
