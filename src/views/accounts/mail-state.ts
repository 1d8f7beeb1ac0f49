import type { AccountSummary, MessageSource } from '../../engine/api';
import type { EngineState } from '../../engine/client';
import type { AccountStatus } from '../../model/account';
import type { Mailbox } from '../../model/mailbox';

/** Context key `mailpane.state`: which welcome the mailboxes show. */
export type MailState = 'starting' | 'noAccount' | 'ready' | 'failed' | 'outdated';

/** Context key `mailpane.messagesState`: which welcome the message list shows while it has no rows. */
export type MessagesState = 'noMailbox' | 'loading' | 'empty' | 'signedOut' | 'offline' | 'shown';

/** `accounts` is how many there are; null while nobody knows. */
export function mailState(engine: EngineState, accounts: number | null): MailState {
  if (engine.state === 'failed') return engine.error.reason === 'outdated' ? 'outdated' : 'failed';
  if (engine.state === 'starting' || accounts === null) return 'starting';
  return accounts === 0 ? 'noAccount' : 'ready';
}

export interface ShownList {
  readonly source: MessageSource | null;
  /** Null: not asked yet. */
  readonly rows: number | null;
  readonly mailboxes: readonly Mailbox[];
  readonly accounts: readonly AccountSummary[];
}

/** Why the list is as it is. Rows on screen need no explanation: what is local stays readable signed out and offline. */
export function messagesState({ source, rows, mailboxes, accounts }: ShownList): MessagesState {
  if (source === null) return 'noMailbox';
  if (rows !== null && rows > 0) return 'shown';
  const shown = mailboxes.filter((box) => (source === 'inboxes' ? box.role === 'inbox' : box.id === source.mailboxId));
  const statuses = accounts
    .filter(({ account }) => source === 'inboxes' || shown.some((box) => box.accountId === account.id))
    .map(({ status }) => status.state);
  if (statuses.includes('signed-out')) return 'signedOut';
  if (rows === null) return 'loading';
  const missing = shown.some((box) => box.total > 0) || (source === 'inboxes' && statuses.some(isFirstSync));
  if (statuses.some(isUnreachable)) return missing || shown.length === 0 ? 'offline' : 'empty';
  return missing || statuses.some(isFirstSync) ? 'loading' : 'empty';
}

function isFirstSync(state: AccountStatus['state']): boolean {
  return state === 'backfilling';
}

function isUnreachable(state: AccountStatus['state']): boolean {
  return state === 'offline' || state === 'trouble';
}
