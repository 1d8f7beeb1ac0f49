import * as vscode from 'vscode';
import type { MailClient } from '../../engine/client';
import type { Disposable } from '../disposable';
import { untilMidnight } from '../format/dates';
import { interfaceLanguage } from '../format/interface-language';
import { errorSentence } from '../show-error';
import type { Directory } from '../mailboxes/directory';
import type { FindMailbox } from '../outbox/describe-change';
import { messageItem } from './message-item';
import type { MessageListModel } from './message-list-model';
import { threadNodeId, type MessageNode } from './message-nodes';
import { messageTooltip } from './message-tooltip';

/** Draws the rows of the model as a native tree. */
export interface MessagesProvider extends vscode.TreeDataProvider<MessageNode>, Disposable {
  getParent(node: MessageNode): MessageNode | undefined;
}

export function createMessagesProvider(
  client: MailClient,
  model: MessageListModel,
  directory: Directory,
  log: vscode.LogOutputChannel,
): MessagesProvider {
  const language = interfaceLanguage();
  const changed = new vscode.EventEmitter<MessageNode[] | undefined>();
  const subscription = model.onDidChange((change) => changed.fire(change === 'structure' ? undefined : [...change]));

  // Dates are relative to today.
  let midnight: NodeJS.Timeout;
  const waitForMidnight = (): void => {
    midnight = setTimeout(() => {
      changed.fire(undefined);
      waitForMidnight();
    }, untilMidnight(Date.now()));
  };
  waitForMidnight();

  const threadOf = (node: MessageNode): MessageNode | undefined =>
    node.kind === 'email' ? model.node(threadNodeId(node)) : undefined;

  return {
    onDidChangeTreeData: changed.event,

    getTreeItem(node) {
      if (node.kind === 'more') return moreItem();
      const row = model.row(node);
      if (row === undefined) return new vscode.TreeItem('');
      const role = directory.state.byId.get(row.mailboxId)?.role ?? null;
      const shown = messageItem(row, { folded: node.kind === 'thread', role, now: Date.now(), language });
      const item = new vscode.TreeItem(
        shown.label,
        shown.expandable ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
      );
      item.id = node.id;
      item.description = shown.description;
      item.iconPath = new vscode.ThemeIcon(
        shown.icon.id,
        shown.icon.color === null ? undefined : new vscode.ThemeColor(shown.icon.color),
      );
      item.accessibilityInformation = { label: shown.accessibleName };
      item.contextValue = shown.contextValue;
      // Without arguments: those VS Code keeps only until the row is drawn again, so that a click would fail ("Actual
      // command not found") whenever mail comes in. The row that was clicked is the selected one.
      item.command = { command: 'mailpane.openMessage', title: vscode.l10n.t('Open Message') };
      return item;
    },

    async getChildren(node) {
      if (node === undefined) return [...model.nodes];
      try {
        return [...(await model.children(node))];
      } catch (error) {
        log.warn(`A thread could not be read: ${errorSentence(error)}`);
        return [];
      }
    },

    getParent: threadOf,

    async resolveTreeItem(item, node, token) {
      const row = model.row(node);
      if (row === undefined) return item;
      const controller = new AbortController();
      const cancelled = token.onCancellationRequested(() => controller.abort());
      try {
        const details = await client
          .request('messages/get', { emailId: row.emailId }, controller.signal)
          .catch(() => null); // the row is enough to tell what it is
        const find: FindMailbox = (id) => directory.state.byId.get(id) ?? null;
        item.tooltip = new vscode.MarkdownString(messageTooltip(row, details, find, language));
      } finally {
        cancelled.dispose();
      }
      return item;
    },

    dispose() {
      clearTimeout(midnight);
      subscription.dispose();
      changed.dispose();
    },
  };

  function moreItem(): vscode.TreeItem {
    const item = new vscode.TreeItem(vscode.l10n.t('Load more…'));
    item.id = model.nodes.at(-1)?.id ?? 'more';
    item.iconPath = new vscode.ThemeIcon('ellipsis');
    item.contextValue = 'more';
    item.tooltip = vscode.l10n.t('Show older messages');
    item.command = { command: 'mailpane.loadMore', title: vscode.l10n.t('Load More') };
    return item;
  }
}
