import * as vscode from 'vscode';
import { accountSecrets } from '../secrets';
import type { ViewContext } from '../view-context';
import { pickAccount } from './pick-account';
import { notify } from '../notify';

/** Asks once, for this cannot be undone, and says what goes and what stays. */
export async function removeAccount({ client, extension }: ViewContext, argument: unknown): Promise<void> {
  const { t } = vscode.l10n;
  const summary = await pickAccount(client, argument, t('Account to remove'));
  if (!summary) return;
  const { id: accountId, name } = summary.account;
  const waiting = await client.request('outbox/count', { accountId });
  const detail = [
    t('Its mail is deleted from this computer. The server keeps it.'),
    ...(waiting === 1 ? [t('1 change that has not reached the server is lost.')] : []),
    ...(waiting > 1 ? [t('{0} changes that have not reached the server are lost.', waiting)] : []),
  ].join('\n');
  const remove = t('Remove Account');
  const chosen = await notify.warning(t('Remove the account "{0}"?', name), { modal: true, detail }, remove);
  if (chosen !== remove) return;
  await client.request('accounts/remove', { accountId });
  await accountSecrets(extension.secrets).delete(accountId);
}
