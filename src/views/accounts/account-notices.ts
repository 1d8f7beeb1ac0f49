import * as vscode from 'vscode';
import type { AccountSummary } from '../../engine/api';
import type { EngineError, EngineState } from '../../engine/client';
import type { AccountId } from '../../model/ids';
import { errorSentence } from '../show-error';
import type { ViewContext } from '../view-context';
import { newlySignedOut } from './signed-out';

/** Says once that an account needs its person; again only after it was signed in meanwhile. */
export function noticeSignedOut({ client, log }: ViewContext): vscode.Disposable {
  let told: ReadonlySet<AccountId> = new Set();
  const look = async () => {
    try {
      const accounts = await client.request('accounts/list', {});
      const signedOut = newlySignedOut(told, accounts);
      told = signedOut.all;
      for (const summary of signedOut.fresh) void offerSignIn(summary);
    } catch (error) {
      log.warn(`Accounts could not be listed: ${error instanceof Error ? error.message : 'failed'}`);
    }
  };
  const listener = client.onChanged((changed) => {
    if (changed.status || changed.accounts) void look();
  });
  void look();
  return vscode.Disposable.from(listener);
}

async function offerSignIn({ account, status }: AccountSummary): Promise<void> {
  const { t } = vscode.l10n;
  const reason = 'message' in status ? status.message : '';
  const signIn = t('Sign In');
  const chosen = await vscode.window.showWarningMessage(
    t('{0} is signed out and gets no mail. {1}', account.name, reason).trim(),
    signIn,
  );
  if (chosen === signIn) await vscode.commands.executeCommand('mailpane.signIn', { accountId: account.id });
}

/** Says once that the engine cannot start: nothing of Mailpane works then. */
export function noticeEngineFailure({ client, log }: ViewContext): vscode.Disposable {
  let told = false;
  const look = (state: EngineState) => {
    if (state.state === 'failed' && !told) void showEngineFailure(state.error, log);
    told = state.state === 'failed';
  };
  look(client.state);
  return vscode.Disposable.from(client.onState(look));
}

/** What is wrong with the engine and what to do; also behind a button of the welcome view. */
export async function showEngineFailure(error: EngineError, log: vscode.LogOutputChannel): Promise<void> {
  const { t } = vscode.l10n;
  log.error(`Mailpane could not start (${error.reason}): ${error.message}\n${error.details}`);
  const [reload, details] = [t('Reload Window'), t('Show Details')];
  const chosen = await vscode.window.showErrorMessage(
    t('Mailpane could not start. {0} Nothing was overwritten.', errorSentence(error)),
    reload,
    details,
  );
  if (chosen === reload) await vscode.commands.executeCommand('workbench.action.reloadWindow');
  if (chosen === details) log.show();
}
