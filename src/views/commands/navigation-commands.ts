import * as vscode from 'vscode';
import type { Directory } from '../mailboxes/directory';
import { inboxIds } from '../mailboxes/directory';
import type { MailboxNode } from '../mailboxes/mailbox-tree';
import type { MessageListView } from '../messages/message-list';
import { showError } from '../show-error';
import type { Reader, ViewContext } from '../view-context';
import { awaitTargets } from './choose-targets';
import { commandInput } from './command-input';
import { createDoubleClick } from './double-click';
import { pickSource } from './pick-mailbox';

/** Going about: mailboxes, messages, next and previous, loading and syncing, as commands. */
export function registerNavigationCommands(
  { client, log }: ViewContext,
  list: MessageListView,
  reader: Reader,
  directory: Directory,
): vscode.Disposable {
  const isDoubleClick = createDoubleClick();

  /** Click and Enter: the preview tab, and the focus stays in the list, where the next key is pressed. */
  const openMessage = async (first: unknown, second: unknown): Promise<void> => {
    const input = commandInput(first, second);
    // A click says no more than the command: it means the row that it has just selected.
    const [chosen] = await awaitTargets(input.from === 'palette' ? { from: 'list' } : input, list, reader);
    if (chosen === undefined) return;
    const pinned = chosen.listed !== null && isDoubleClick(chosen.listed.node.id);
    await reader.open(chosen.message, { pinned, preserveFocus: !pinned });
  };

  const openPinned = async (first: unknown, second: unknown): Promise<void> => {
    for (const { message } of await awaitTargets(commandInput(first, second), list, reader))
      await reader.open(message, { pinned: true, preserveFocus: false });
  };

  const openToSide = async (first: unknown, second: unknown): Promise<void> => {
    const message = (await awaitTargets(commandInput(first, second), list, reader))[0]?.message;
    if (message === undefined) return;
    await reader.open(message, { pinned: true, preserveFocus: false });
    await vscode.commands.executeCommand('workbench.action.moveEditorToNextGroup');
  };

  const step = async (direction: 'older' | 'newer', first: unknown): Promise<void> => {
    const { from } = commandInput(first, undefined);
    if (from === 'list' || (from === 'palette' && reader.current === null)) {
      // VS Code's own commands know what is unfolded; selecting a row opens it.
      if (from === 'palette') await list.focus();
      await vscode.commands.executeCommand(direction === 'older' ? 'list.focusDown' : 'list.focusUp');
      await vscode.commands.executeCommand('list.selectAndPreserveFocus');
      return;
    }
    if (!(await reader.step(direction)) || reader.current === null) return;
    await list.follow(reader.current);
  };

  const openInbox = async (): Promise<void> => {
    const { state } = directory;
    const [inbox, ...more] = inboxIds(state);
    if (more.length > 0 || state.accounts.size > 1) await list.show('inboxes');
    else if (inbox !== undefined) await list.show({ mailboxId: inbox });
    await list.focus();
  };

  const goToMailbox = async (): Promise<void> => {
    const source = await pickSource(directory.state);
    if (source === null) return;
    await list.show(source);
    await list.focus();
  };

  const commands: Record<string, (first: unknown, second: unknown) => Promise<unknown>> = {
    'mailpane.openInbox': openInbox,
    'mailpane.showAllInboxes': async () => {
      await list.show('inboxes');
      await list.focus();
    },
    'mailpane.goToMailbox': goToMailbox,
    'mailpane.openMessage': openMessage,
    'mailpane.openMessagePinned': openPinned,
    'mailpane.openMessageToSide': openToSide,
    'mailpane.next': (first) => step('older', first),
    'mailpane.previous': (first) => step('newer', first),
    'mailpane.loadMore': () => list.loadMore(),
    'mailpane.syncNow': (node) => client.request('sync/now', { accountId: accountIdOf(node) }),
  };

  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, run]) =>
      vscode.commands.registerCommand(id, async (first: unknown, second: unknown) => {
        await run(first, second).catch((error: unknown) => showError(error, log));
      }),
    ),
  );
}

/** From the menu of an account: that one. Else all. */
function accountIdOf(node: unknown): Extract<MailboxNode, { kind: 'account' }>['accountId'] | null {
  const candidate = node as MailboxNode | undefined;
  return candidate?.kind === 'account' ? candidate.accountId : null;
}
