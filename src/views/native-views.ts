import * as vscode from 'vscode';
import { confirmDeletion } from './commands/confirm-deletion';
import { createTurns } from './commands/in-turn';
import { createMessageActions } from './commands/message-actions';
import { registerMessageCommands } from './commands/message-commands';
import { registerNavigationCommands } from './commands/navigation-commands';
import type { Disposable } from './disposable';
import { createDirectory } from './mailboxes/directory';
import { registerMailboxes } from './mailboxes/mailboxes-view';
import { createMessageList } from './messages/message-list';
import { registerOutbox } from './outbox/register-outbox';
import { errorSentence } from './show-error';
import { registerStatusBar } from './status-bar/status-bar';
import { registerUndo } from './undo/register-undo';
import type { MessageList, Reader, ViewContext } from './view-context';

export interface NativeViews extends Disposable {
  readonly list: MessageList;
}

/** The trees, their commands and the status bar item, over one picture of accounts and mailboxes. */
export function registerNativeViews(context: ViewContext, reader: Reader): NativeViews {
  const directory = createDirectory(context.client, (error) =>
    context.log.warn(`Accounts and mailboxes could not be read: ${errorSentence(error)}`),
  );
  const list = createMessageList(context, directory);
  const inTurn = createTurns();
  const undo = registerUndo(context, directory, inTurn);
  const actions = createMessageActions({
    client: context.client,
    list,
    reader,
    directory,
    confirmDeletion,
    onApplied: (action, applied) => undo.done(action, applied),
  });
  const parts = vscode.Disposable.from(
    registerMailboxes(context, list, directory, (targets, to) => actions.moveTargets(targets, to)),
    registerMessageCommands(context, list, reader, directory, actions, inTurn),
    registerNavigationCommands(context, list, reader, directory),
    registerStatusBar(context, directory),
    registerOutbox(context, reader, directory),
    undo,
    list,
    directory,
  );
  return {
    list,
    dispose() {
      parts.dispose();
    },
  };
}
