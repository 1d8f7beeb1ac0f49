import * as vscode from 'vscode';
import type { AccountId } from '../../model/ids';
import type { ViewContext } from '../view-context';

/** What goes where an account's mail is deleted from this computer, and what stays; for the question before it. */
export async function whatIsLost({ client }: ViewContext, accountId: AccountId): Promise<string> {
  const { t } = vscode.l10n;
  const waiting = await client.request('outbox/count', { accountId });
  return [
    t('Its mail is deleted from this computer. The server keeps it.'),
    ...(waiting === 1 ? [t('1 change that has not reached the server is lost.')] : []),
    ...(waiting > 1 ? [t('{0} changes that have not reached the server are lost.', waiting)] : []),
  ].join('\n');
}
