import * as vscode from 'vscode';
import type { Disposable } from '../disposable';
import { interfaceLanguage } from '../format/interface-language';
import type { Directory } from '../mailboxes/directory';
import { createRefresher } from '../refresher';
import { errorSentence } from '../show-error';
import type { ViewContext } from '../view-context';
import { outboxRow, outboxSummary, outboxTitle } from './outbox-item';
import { createOutboxPresence } from './outbox-presence';
import { outboxChildren, outboxNodes, type OutboxNode } from './outbox-tree';

export const outboxViewId = 'mailpane.outbox';
/** ms between two reads while a queue drains. */
const interval = 300;

export interface OutboxView extends Disposable {
  readonly selection: readonly OutboxNode[];
  /** Brings the view into the side bar, opens it and gives it the focus. */
  focus(): Promise<void>;
}

/** S30: the native tree "Outbox and Problems". It asks the engine only while it is on screen. */
export function createOutboxView({ client, log }: ViewContext, directory: Directory): OutboxView {
  const language = interfaceLanguage();
  const changed = new vscode.EventEmitter<undefined>();

  const read = async (): Promise<OutboxNode[]> => {
    try {
      const outbox = await client.request('outbox/list', {});
      view.message = '';
      setContext('mailpane.outboxEmpty', outbox.groups.length === 0);
      return [...outboxNodes(outbox, [...directory.state.accounts.keys()])];
    } catch (error) {
      log.warn(`The outbox could not be read: ${errorSentence(error)}`);
      view.message = errorSentence(error);
      return [];
    }
  };

  const provider: vscode.TreeDataProvider<OutboxNode> = {
    onDidChangeTreeData: changed.event,
    getChildren(node) {
      return node === undefined ? read() : [...outboxChildren(node)];
    },
    getTreeItem: (node) => treeItem(node),
  };

  const treeItem = (node: OutboxNode): vscode.TreeItem => {
    const row = outboxRow(node, directory.state, Date.now(), language);
    const hasChildren = node.kind === 'group' || node.kind === 'reason';
    const item = new vscode.TreeItem(
      row.label,
      hasChildren ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None,
    );
    item.id = node.id;
    item.description = row.description;
    item.tooltip = row.tooltip;
    if (row.icon !== null) {
      const { id, color } = row.icon;
      item.iconPath = new vscode.ThemeIcon(id, color === null ? undefined : new vscode.ThemeColor(color));
    }
    item.accessibilityInformation = { label: row.accessibleName };
    item.contextValue = row.contextValue;
    if (node.kind === 'change') {
      item.command = {
        command: 'mailpane.showChangedMessage',
        title: vscode.l10n.t('Show Message'),
        arguments: [node],
      };
    }
    return item;
  };

  const view = vscode.window.createTreeView(outboxViewId, { treeDataProvider: provider, canSelectMany: true });
  const refresher = createRefresher(interval, () => {
    changed.fire(undefined);
    return Promise.resolve();
  });
  const presence = createOutboxPresence((isShown) => {
    setContext('mailpane.outboxShown', isShown);
  });

  // No badge: VS Code adds those of all views in the Mail icon, where the number is that of unread mail and nothing else.
  const showCounts = (): void => {
    const { overview } = directory.state;
    view.title = outboxTitle(overview, view.visible, language);
    view.description = outboxSummary(overview, language);
    setContext('mailpane.hasFailed', overview.failed > 0);
    presence.counts(overview);
  };

  showCounts();
  const parts = vscode.Disposable.from(
    view,
    changed,
    refresher,
    presence,
    directory.onDidChange(showCounts),
    client.onChanged((change) => {
      if (change.outbox || change.accounts) refresher.request();
    }),
    view.onDidChangeVisibility(({ visible }) => {
      presence.visible(visible);
      showCounts();
    }),
  );
  return {
    get selection() {
      return view.selection;
    },
    async focus() {
      presence.ask();
      await vscode.commands.executeCommand('mailpane.outbox.focus');
    },
    dispose() {
      parts.dispose();
    },
  };
}

function setContext(key: string, value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
