import * as vscode from 'vscode';
import { accountSecrets } from '../secrets';
import type { ViewContext } from '../view-context';
import { pickAccount } from './pick-account';
import { notify } from '../notify';
import { whatIsLost } from './what-is-lost';

/** Asks once, for this cannot be undone, and says what goes and what stays. */
export async function removeAccount(context: ViewContext, argument: unknown): Promise<void> {
  const { client, extension } = context;
  const { t } = vscode.l10n;
  const summary = await pickAccount(client, argument, t('Account to remove'));
  if (!summary) return;
  const { id: accountId, name } = summary.account;
  const detail = await whatIsLost(context, accountId);
  const remove = t('Remove Account');
  const chosen = await notify.warning(t('Remove the account "{0}"?', name), { modal: true, detail }, remove);
  if (chosen !== remove) return;
  await client.request('accounts/remove', { accountId });
  await accountSecrets(extension.secrets).delete(accountId);
}
