import type { AccountSummary } from '../../engine/api';
import type { AccountId } from '../../model/ids';

/** Which accounts are signed out, and which of them nobody was told of yet. */
export function newlySignedOut(
  told: ReadonlySet<AccountId>,
  accounts: readonly AccountSummary[],
): { readonly all: ReadonlySet<AccountId>; readonly fresh: readonly AccountSummary[] } {
  const signedOut = accounts.filter(({ status }) => status.state === 'signed-out');
  // An account that is merely connecting has not shown yet whether its password is good.
  const undecided = accounts.filter(({ account, status }) => status.state === 'connecting' && told.has(account.id));
  return {
    all: new Set([...signedOut, ...undecided].map(({ account }) => account.id)),
    fresh: signedOut.filter(({ account }) => !told.has(account.id)),
  };
}
