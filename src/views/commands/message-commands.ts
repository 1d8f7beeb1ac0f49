import * as vscode from 'vscode';
import type { Directory } from '../mailboxes/directory';
import type { MessageListView } from '../messages/message-list';
import type { Chosen } from '../messages/message-nodes';
import { showError } from '../show-error';
import type { Reader, ViewContext } from '../view-context';
import { awaitTargets } from './choose-targets';
import { commandInput } from './command-input';
import type { InTurn } from './in-turn';
import type { MessageActions } from './message-actions';
import { pickDestination } from './pick-mailbox';
import { createRecentMailboxes } from './recent-mailboxes';
import { notify } from '../notify';

/**
 * Everything that is done to chosen messages, as commands. `inTurn`: a key that is pressed again means the row that the one
 * before goes on to. Until that is selected it would be the same row, and the key would be lost.
 */
export function registerMessageCommands(
  { client, extension, log }: ViewContext,
  list: MessageListView,
  reader: Reader,
  directory: Directory,
  actions: MessageActions,
  inTurn: InTurn,
): vscode.Disposable {
  const recent = createRecentMailboxes(extension.globalState);

  const moveTo = async (chosen: readonly Chosen[]): Promise<void> => {
    const to = await pickDestination(chosen, directory.state, recent.ids, client);
    if (to === null) return;
    recent.add(to);
    await actions.move(chosen, to);
  };

  const commands: Record<string, (chosen: readonly Chosen[]) => Promise<void>> = {
    'mailpane.archive': (chosen) => actions.archive(chosen),
    'mailpane.delete': (chosen) => actions.delete(chosen),
    'mailpane.junk': (chosen) => actions.junk(chosen),
    'mailpane.notJunk': (chosen) => actions.notJunk(chosen),
    'mailpane.markRead': (chosen) => actions.setSeen(chosen, true),
    'mailpane.markUnread': (chosen) => actions.setSeen(chosen, false),
    'mailpane.toggleRead': (chosen) => actions.toggleSeen(chosen),
    'mailpane.flag': (chosen) => actions.setFlagged(chosen, true),
    'mailpane.unflag': (chosen) => actions.setFlagged(chosen, false),
    'mailpane.toggleFlag': (chosen) => actions.toggleFlagged(chosen),
    'mailpane.moveTo': moveTo,
  };

  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, act]) =>
      vscode.commands.registerCommand(id, async (first: unknown, second: unknown) => {
        await inTurn(async () => {
          const chosen = await awaitTargets(commandInput(first, second), list, reader);
          if (chosen.length > 0) await act(chosen);
          else void notify.information(vscode.l10n.t('Choose a message first.'));
        }).catch((error: unknown) => showError(error, log));
      }),
    ),
  );
}
