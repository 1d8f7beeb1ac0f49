import * as v from 'valibot';
import type { MailDb } from '../../db/mail-db';
import { clearState, getState, setState } from '../../db/sync-state';
import type { AccountId, MailboxId } from '../../model/ids';
import type { StepContext } from './send';
import { expandUidSet, formatUidSet } from './uid-set';

const schema = v.object({ uidValidity: v.number(), uids: v.string() });

const typeOf = (mailboxId: MailboxId): string => `IMAP:${mailboxId}:marked`;

/** The mailbox that is open. */
type Place = Pick<StepContext, 'context' | 'mailboxId' | 'selected'>;

/**
 * The UIDs of the open mailbox that are marked `\Deleted` by us, and could not be expunged yet: without UIDPLUS, what
 * others have marked would go with them. A restart does not forget them, for nothing else would ever take them away.
 */
export function ownMarks(place: Place): Set<number> {
  const { mailboxId } = place;
  const { db, accountId } = place.context;
  const state = getState(db, accountId, typeOf(mailboxId));
  if (state === null) return new Set();
  try {
    const { uidValidity, uids } = v.parse(schema, JSON.parse(state));
    // S20: numbers that mean other messages by now.
    return new Set(uidValidity === place.selected.uidValidity ? expandUidSet(uids) : []);
  } catch {
    return new Set();
  }
}

export function setOwnMarks(place: Place, uids: ReadonlySet<number>): void {
  const { mailboxId } = place;
  const { db, accountId } = place.context;
  if (uids.size === 0) {
    if (getState(db, accountId, typeOf(mailboxId)) !== null) clearOwnMarks(db, accountId, mailboxId);
    return;
  }
  const state = { uidValidity: place.selected.uidValidity, uids: formatUidSet(uids) };
  // Without waiting for the disk: what is forgotten stays on the server a little longer.
  db.mail.transactionOfCopies(() => setState(db, accountId, typeOf(mailboxId), JSON.stringify(state), Date.now()));
}

export function clearOwnMarks(db: MailDb, accountId: AccountId, mailboxId: MailboxId): void {
  clearState(db, accountId, typeOf(mailboxId));
}
