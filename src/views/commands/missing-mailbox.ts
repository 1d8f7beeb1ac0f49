import type { MailClient } from '../../engine/client';
import type { MailboxRole } from '../../model/mailbox';
import { inert } from '../format/inert';
import type { Localiser } from '../format/language';
import { oneLine } from '../format/text';
import type { DirectoryState } from '../mailboxes/directory';
import { roleName } from '../mailboxes/mailbox-names';
import type { Chosen } from '../messages/message-nodes';
import { accountOf } from './account-of';

/** Accounts of chosen messages have no mailbox of the role that these are to go to. */
export class MissingMailboxError extends Error {
  readonly reason = 'no-mailbox';

  constructor(
    readonly role: MailboxRole,
    /** Names of the accounts; never empty. */
    readonly accounts: readonly string[],
  ) {
    super(`No mailbox with the role ${role} in: ${accounts.join(', ')}`);
    this.name = 'MissingMailboxError';
  }
}

/**
 * Throws MissingMailboxError. Asked before list and reader go on to the next message, for the engine refuses all that was chosen
 * because of one.
 */
export async function checkRole(
  role: MailboxRole,
  chosen: readonly Chosen[],
  state: DirectoryState,
  client: Pick<MailClient, 'request'>,
): Promise<void> {
  const ids = new Set(await Promise.all(chosen.map((item) => accountOf(item, state, client))));
  const missing = [...ids].flatMap((id) => {
    // An account whose mailboxes are not here yet is the engine's to judge.
    const own = state.mailboxes.filter(({ accountId }) => accountId === id);
    if (id === null || own.length === 0 || own.some((mailbox) => mailbox.role === role)) return [];
    return [state.accounts.get(id)?.account.name ?? id];
  });
  if (missing.length > 0) throw new MissingMailboxError(role, missing);
}

/** For a person: which accounts, and what to do instead. */
export function missingMailboxSentence({ role, accounts }: MissingMailboxError, l10n: Localiser): string {
  const names = inert(accounts.map((name) => oneLine(name, 60)).join(', '));
  const mailbox = roleName(role, l10n);
  return accounts.length === 1
    ? l10n.t('{0} has no {1} mailbox. Use “Move to…” and choose a mailbox instead.', names, mailbox)
    : l10n.t('{0} have no {1} mailbox. Use “Move to…” and choose a mailbox instead.', names, mailbox);
}
