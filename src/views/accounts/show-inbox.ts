import * as vscode from 'vscode';
import type { MailClient } from '../../engine/client';
import type { AccountId, MailboxId } from '../../model/ids';
import type { MessageList, ViewContext } from '../view-context';

/** After this the person has found something else to do, and the list does not change under their hands. */
const patience = 60_000;

/** Shows the inbox of a new account once its mailboxes are there; meanwhile the view says that it waits. */
export async function showInboxOf(
  { client }: ViewContext,
  messages: Pick<MessageList, 'show'>,
  accountId: AccountId,
): Promise<void> {
  await vscode.commands.executeCommand('mailpane.mailboxes.focus');
  const inbox = await vscode.window.withProgress({ location: { viewId: 'mailpane.mailboxes' } }, () =>
    waitForInbox(client, accountId, AbortSignal.timeout(patience)),
  );
  if (inbox === null) return;
  await messages.show({ mailboxId: inbox });
  await vscode.commands.executeCommand('mailpane.messages.focus');
}

/** Null when the signal is aborted before the account has an inbox. */
function waitForInbox(client: MailClient, accountId: AccountId, signal: AbortSignal): Promise<MailboxId | null> {
  return new Promise((resolve, reject) => {
    const look = async () => {
      const mailboxes = await client.request('mailboxes/list', {}, signal);
      const inbox = mailboxes.find((mailbox) => mailbox.accountId === accountId && mailbox.role === 'inbox');
      if (inbox) settle(() => resolve(inbox.id));
    };
    const lookOrFail = () => {
      look().catch((error: unknown) => {
        if (!signal.aborted) settle(() => reject(error instanceof Error ? error : new Error(String(error))));
      });
    };
    const giveUp = () => settle(() => resolve(null));
    const listener = client.onChanged((changed) => {
      if (changed.mailboxes) lookOrFail();
    });
    const settle = (how: () => void) => {
      listener.dispose();
      signal.removeEventListener('abort', giveUp);
      how();
    };
    signal.addEventListener('abort', giveUp);
    lookOrFail();
  });
}
