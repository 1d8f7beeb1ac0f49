import * as vscode from 'vscode';
import { showError } from '../show-error';
import type { ViewContext } from '../view-context';
import { mailState, messagesState, type ShownList } from './mail-state';

/** Keeps `mailpane.state` true: the welcome of the mailboxes hangs on it. */
export function trackMailState({ client, log }: ViewContext): vscode.Disposable {
  let accounts: number | null = null;
  const publish = () =>
    vscode.commands.executeCommand('setContext', 'mailpane.state', mailState(client.state, accounts));
  const count = async () => {
    try {
      accounts = (await client.request('accounts/list', {})).length;
    } catch (error) {
      if (client.state.state !== 'failed') showError(error, log);
    }
    await publish();
  };
  const listeners = [
    client.onState(() => void publish()),
    client.onChanged((changed) => {
      if (changed.accounts) void count();
    }),
  ];
  void publish();
  void count();
  return vscode.Disposable.from(...listeners);
}

/** For the message list to call whenever what it shows, or an account's status, has changed. */
export async function publishMessagesState(list: ShownList): Promise<void> {
  await vscode.commands.executeCommand('setContext', 'mailpane.messagesState', messagesState(list));
}
