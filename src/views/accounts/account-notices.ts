import * as vscode from 'vscode';
import type { AccountSummary } from '../../engine/api';
import type { EngineError, EngineState } from '../../engine/client';
import type { AccountId } from '../../model/ids';
import { createRefresher } from '../refresher';
import type { ViewContext } from '../view-context';
import { newlySignedOut } from './signed-out';
import { notify } from '../notify';

/** ms between two looks: the status changes with every page of a first sync. */
const interval = 500;

/** Says once that an account needs its person; again only after it was signed in meanwhile. */
export function noticeSignedOut({ client, log }: ViewContext): vscode.Disposable {
  let told: ReadonlySet<AccountId> = new Set();
  const refresher = createRefresher(interval, async () => {
    try {
      const accounts = await client.request('accounts/list', {});
      const signedOut = newlySignedOut(told, accounts);
      told = signedOut.all;
      for (const summary of signedOut.fresh) void offerSignIn(summary);
    } catch (error) {
      log.warn(`Accounts could not be listed: ${error instanceof Error ? error.message : 'failed'}`);
    }
  });
  const listener = client.onChanged((changed) => {
    if (changed.status || changed.accounts) refresher.request();
  });
  refresher.request();
  return vscode.Disposable.from(listener, refresher);
}

async function offerSignIn({ account, status }: AccountSummary): Promise<void> {
  const { t } = vscode.l10n;
  const reason = 'message' in status ? status.message : '';
  const signIn = t('Sign In');
  const chosen = await notify.warning(
    t('{0} is signed out and gets no mail. {1}', account.name, reason).trim(),
    signIn,
  );
  if (chosen === signIn) await vscode.commands.executeCommand('mailpane.signIn', { accountId: account.id });
}

/** Says once that the engine cannot start, or must not: nothing of Mailpane works then. */
export function noticeEngineFailure({ client, log }: ViewContext): vscode.Disposable {
  let told = false;
  const offer = (error: EngineError) =>
    error.reason === 'outdated' ? offerReload(error, log) : offerEngineFailure(error, log);
  const look = (state: EngineState) => {
    if (state.state === 'failed' && !told) void offer(state.error);
    told = state.state === 'failed';
  };
  look(client.state);
  return vscode.Disposable.from(client.onState(look));
}

async function offerReload(error: EngineError, log: vscode.LogOutputChannel): Promise<void> {
  const reload = vscode.l10n.t('Reload Window');
  log.warn(`${error.message} ${error.details}`);
  const text = vscode.l10n.t(
    'A newer version of Mailpane runs in another window. Reload this window to go on; what you did in it is kept.',
  );
  const chosen = await notify.warning(text, reload);
  if (chosen === reload) await vscode.commands.executeCommand('workbench.action.reloadWindow');
}

async function offerEngineFailure(error: EngineError, log: vscode.LogOutputChannel): Promise<void> {
  const { t } = vscode.l10n;
  log.error(`Mailpane could not start (${error.reason}): ${error.message}\n${error.details}`);
  const [help, reload] = [t('What to Do'), t('Reload Window')];
  const chosen = await notify.error(t('Mailpane could not start. {0}', error.message), help, reload);
  if (chosen === help) await vscode.commands.executeCommand('mailpane.showEngineFailure');
  if (chosen === reload) await vscode.commands.executeCommand('workbench.action.reloadWindow');
}

/** What is wrong with the engine and what a person can do about it. */
export async function showEngineFailure({ client, extension, log }: ViewContext): Promise<void> {
  if (client.state.state !== 'failed') return;
  const { t } = vscode.l10n;
  const { error } = client.state;
  if (error.reason === 'outdated') {
    await offerReload(error, log);
    return;
  }
  const folder = extension.globalStorageUri.fsPath;
  const detail = [
    t(
      'Nothing was overwritten, and Mailpane goes on trying. Where a newer version wrote the database, update Mailpane.',
    ),
    error.reason === 'disk-full'
      ? t('The disk is full: make some room. Mailpane then starts within half a minute.')
      : t(
          'If the database stays unreadable: close all windows, move mail.db and the files beside it out of {0}, and start again. ' +
            'Mail is fetched anew; changes that had not reached the server are only in the old files.',
          folder,
        ),
  ].join('\n\n');
  const [reload, details] = [t('Reload Window'), t('Show Details')];
  const message = t('Mailpane could not start. {0}', error.message);
  const chosen = await notify.error(message, { modal: true, detail }, reload, details);
  if (chosen === reload) await vscode.commands.executeCommand('workbench.action.reloadWindow');
  if (chosen === details) log.show();
}
