import type { AccountId, EmailId, MailboxId } from '../model/ids';
import type { PendingChange } from '../model/pending-change';
import type { MailDb } from './mail-db';
import { clearState, getState, setState } from './sync-state';

/** Read by `unansweredInto` (imap-unplaced.ts), too. */
export const discardedType = 'Email:discarded';

/** A discarded move or copy of this message to this mailbox may have been done. */
interface Discarded {
  readonly email: EmailId;
  readonly mailbox: MailboxId;
}

/**
 * S3, S22: of what is discarded a move or copy may have been done without an answer. What the next cycle finds where it went
 * is the same message: under a second key what is done to it would not be in order with what waits under the first (S28).
 */
export function rememberDiscarded(db: MailDb, accountId: AccountId, changes: readonly PendingChange[]): void {
  const discarded = changes.flatMap(({ emailId, intent, mayHaveLeft }): Discarded[] =>
    mayHaveLeft && intent.type === 'mailboxes' && hasNoId(db, emailId)
      ? intent.add.map((mailbox) => ({ email: emailId, mailbox }))
      : [],
  );
  if (discarded.length === 0) return;
  const before = parse(discardedMoves(db, accountId));
  setState(db, accountId, discardedType, JSON.stringify([...before, ...discarded]), Date.now());
}

/** As they stand where a cycle begins, for `forgetDiscarded`. */
export const discardedMoves = (db: MailDb, accountId: AccountId): string | null =>
  getState(db, accountId, discardedType);

/** A cycle has ended, and has looked where those went that were discarded before it began, but for mailboxes in `unread`. */
export function forgetDiscarded(
  db: MailDb,
  accountId: AccountId,
  before: string | null,
  unread: ReadonlySet<MailboxId>,
): void {
  if (before === null) return;
  const looked = parse(before).length;
  const all = parse(discardedMoves(db, accountId));
  const later = all.filter(({ mailbox }, index) => index >= looked || unread.has(mailbox));
  if (later.length === all.length) return;
  if (later.length === 0) clearState(db, accountId, discardedType);
  else setState(db, accountId, discardedType, JSON.stringify(later), Date.now());
}

/** Where the server has ids they tell. */
const hasNoId = ({ mail }: MailDb, id: EmailId): boolean =>
  mail.get('SELECT 1 FROM emails WHERE id = ? AND remote_id IS NULL', [id], () => true) ?? false;

const parse = (state: string | null): readonly Discarded[] =>
  state === null ? [] : (JSON.parse(state) as readonly Discarded[]);
