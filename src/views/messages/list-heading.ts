import type { AccountSummary, MessageSource } from '../../engine/api';
import type { MailboxRole } from '../../model/mailbox';
import type { Language } from '../format/language';
import { oneLine } from '../format/text';
import { isBusy, statusText } from '../mailboxes/account-status';
import type { DirectoryState } from '../mailboxes/directory';
import { mailboxName } from '../mailboxes/mailbox-names';

/** What stands above the list. */
export interface ListHeading {
  readonly title: string;
  /** What the accounts of the list are doing; empty when there is nothing to say. */
  readonly description: string;
  readonly busy: boolean;
}

export function listHeading(source: MessageSource | null, state: DirectoryState, language: Language): ListHeading {
  const accounts = accountsOf(source, state);
  const told = accounts.map(({ status }) => statusText(status, language)).find((text) => text !== '');
  return {
    title: titleOf(source, state, language),
    description: told ?? '',
    busy: accounts.some(({ status }) => isBusy(status)),
  };
}

function titleOf(source: MessageSource | null, state: DirectoryState, { l10n }: Language): string {
  if (source === null) return l10n.t('Messages');
  if (source === 'inboxes') return l10n.t('All Inboxes');
  const mailbox = state.byId.get(source.mailboxId);
  if (mailbox === undefined) return l10n.t('Messages');
  const name = mailboxName(mailbox, l10n);
  const account = state.accounts.size > 1 ? oneLine(state.accounts.get(mailbox.accountId)?.account.name ?? '', 40) : '';
  return account === '' ? name : `${name} — ${account}`;
}

/** The accounts whose messages the list shows. */
function accountsOf(source: MessageSource | null, state: DirectoryState): readonly AccountSummary[] {
  if (source === null || source === 'inboxes') return state.overview.accounts;
  const accountId = state.byId.get(source.mailboxId)?.accountId;
  const account = accountId === undefined ? undefined : state.accounts.get(accountId);
  return account === undefined ? [] : [account];
}

export function roleOf(source: MessageSource | null, state: DirectoryState): MailboxRole | null {
  if (source === null) return null;
  return source === 'inboxes' ? 'inbox' : (state.byId.get(source.mailboxId)?.role ?? null);
}

/**
 * The list to show at first, or when the chosen mailbox is gone: what was shown last time, else all inboxes, which with one account is
 * its inbox. Null while nothing is known of any mailbox.
 */
export function initialSource(remembered: unknown, state: DirectoryState): MessageSource | null {
  const several = state.overview.accounts.length > 1;
  if (remembered === 'inboxes' && several) return 'inboxes';
  if (typeof remembered === 'object' && remembered !== null && 'mailboxId' in remembered) {
    const mailbox = state.mailboxes.find(({ id }) => id === remembered.mailboxId);
    if (mailbox !== undefined) return { mailboxId: mailbox.id };
  }
  if (several) return 'inboxes';
  const first = state.mailboxes.find(({ role }) => role === 'inbox') ?? state.mailboxes[0];
  return first === undefined ? null : { mailboxId: first.id };
}

/** Whether the list can still be shown. */
export function isThere(source: MessageSource, state: DirectoryState): boolean {
  return source === 'inboxes' ? state.overview.accounts.length > 0 : state.byId.has(source.mailboxId);
}
