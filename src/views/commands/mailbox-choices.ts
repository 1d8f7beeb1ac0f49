import type { AccountId, MailboxId } from '../../model/ids';
import type { Mailbox } from '../../model/mailbox';
import type { Localiser } from '../format/language';
import { oneLine } from '../format/text';
import type { DirectoryState } from '../mailboxes/directory';
import { mailboxIcon, mailboxName, mailboxPath } from '../mailboxes/mailbox-names';

/** A mailbox to choose. Plain text. */
export interface MailboxChoice {
  readonly mailboxId: MailboxId;
  readonly label: string;
  /** Where it stands: the path above it, or its account. */
  readonly description: string;
  readonly icon: string;
}

export interface MailboxChoices {
  /** Used last, newest first. */
  readonly recent: readonly MailboxChoice[];
  /** All others, in display order, unlikely ones last. */
  readonly others: readonly MailboxChoice[];
}

/** Where messages of an account can be moved to: not where they are, and only where they may be put. */
export function destinations(
  state: DirectoryState,
  accountId: AccountId,
  from: ReadonlySet<MailboxId>,
  recent: readonly MailboxId[],
  l10n: Localiser,
): MailboxChoices {
  const possible = state.mailboxes.filter(
    (mailbox) => mailbox.accountId === accountId && mailbox.rights.mayAddItems && !from.has(mailbox.id),
  );
  const byId = new Map(possible.map((mailbox) => [mailbox.id, mailbox]));
  const used = recent.flatMap((id) => byId.get(id) ?? []);
  const choice = (mailbox: Mailbox): MailboxChoice => choiceOf(mailbox, parentPath(mailbox, state, l10n), l10n);
  const others = possible.filter((mailbox) => !used.includes(mailbox));
  // Hardly anybody moves mail into these, and what stands first is taken by Enter.
  const isUnlikely = ({ role }: Mailbox): boolean => role === 'drafts' || role === 'sent';
  const ordered = [...others.filter((mailbox) => !isUnlikely(mailbox)), ...others.filter(isUnlikely)];
  return { recent: used.map(choice), others: ordered.map(choice) };
}

/** Every mailbox of every account; with several accounts each says whose it is. */
export function allMailboxes(state: DirectoryState, l10n: Localiser): MailboxChoice[] {
  return state.mailboxes.map((mailbox) => {
    const account =
      state.accounts.size > 1 ? oneLine(state.accounts.get(mailbox.accountId)?.account.name ?? '', 60) : '';
    const place = [account, parentPath(mailbox, state, l10n)].filter((part) => part !== '').join(' — ');
    return choiceOf(mailbox, place, l10n);
  });
}

function choiceOf(mailbox: Mailbox, description: string, l10n: Localiser): MailboxChoice {
  return { mailboxId: mailbox.id, label: mailboxName(mailbox, l10n), description, icon: mailboxIcon(mailbox) };
}

function parentPath(mailbox: Mailbox, { byId }: DirectoryState, l10n: Localiser): string {
  const parent = mailbox.parentId === null ? undefined : byId.get(mailbox.parentId);
  return parent === undefined ? '' : mailboxPath(parent, byId, l10n);
}
