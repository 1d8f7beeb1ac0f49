import * as vscode from 'vscode';
import { provideSecrets } from '../secrets';
import { showError } from '../show-error';
import type { MessageList, ViewContext } from '../view-context';
import { noticeEngineFailure, noticeSignedOut, showEngineFailure } from './account-notices';
import { addAccount } from './add-account';
import { editAccount, signIn } from './edit-account';
import { removeAccount } from './remove-account';
import { trackMailState } from './state-context';

/** Commands of accounts, their secrets, and what is said of them without being asked. */
export function registerAccounts(context: ViewContext, messages: Pick<MessageList, 'show'>): vscode.Disposable {
  const { log } = context;
  const commands: Record<string, (argument: unknown) => Promise<void>> = {
    'mailpane.addAccount': () => addAccount(context, messages),
    'mailpane.editAccount': (argument) => editAccount(context, argument),
    'mailpane.removeAccount': (argument) => removeAccount(context, argument),
    'mailpane.signIn': (argument) => signIn(context, argument),
    'mailpane.showEngineFailure': () => showEngineFailure(context),
  };
  const registrations = Object.entries(commands).map(([id, run]) =>
    vscode.commands.registerCommand(id, async (argument: unknown) => {
      try {
        await run(argument);
      } catch (error) {
        showError(error, log);
      }
    }),
  );
  return vscode.Disposable.from(
    ...registrations,
    provideSecrets(context),
    trackMailState(context),
    noticeSignedOut(context),
    noticeEngineFailure(context),
  );
}
