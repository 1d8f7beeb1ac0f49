import * as vscode from 'vscode';
import type { MessageSource } from '../../engine/api';
import type { ActionTarget } from '../../model/action';
import type { Mailbox } from '../../model/mailbox';
import { interfaceLanguage } from '../format/interface-language';
import type { MessageListView } from '../messages/message-list';
import { messagesMimeType, parseTargets } from '../messages/message-drag';
import { createViewProgress } from '../messages/view-progress';
import { showError } from '../show-error';
import { untilTold } from '../until-told';
import type { ViewContext } from '../view-context';
import type { MoveMessages } from '../commands/message-actions';
import { isBusy } from './account-status';
import type { Directory, DirectoryState } from './directory';
import { mailboxItem, signature } from './mailbox-item';
import { mailboxName } from './mailbox-names';
import {
  buildTree,
  compareTrees,
  emptyTree,
  inboxesNodeId,
  mailboxNodeId,
  type MailboxNode,
  type MailboxTree,
} from './mailbox-tree';
import { notify } from '../notify';

export const mailboxesViewId = 'mailpane.mailboxes';
/** With more changed nodes than these, drawing the whole tree again is less work. */
const manyNodes = 50;

/** The native tree "Mailboxes": chooses what the list shows, takes messages that are dropped on a mailbox. */
export function registerMailboxes(
  { client, log }: ViewContext,
  list: MessageListView,
  directory: Directory,
  move: MoveMessages,
): vscode.Disposable {
  const language = interfaceLanguage();
  const changed = new vscode.EventEmitter<MailboxNode[] | undefined>();
  let tree: MailboxTree = buildTree(directory.state, emptyTree);

  const provider: vscode.TreeDataProvider<MailboxNode> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => [...(node === undefined ? tree.roots : (tree.children.get(node.id) ?? []))],
    getParent: (node) => tree.parents.get(node.id),
    getTreeItem: (node) => treeItem(node),
    resolveTreeItem(item, node) {
      item.tooltip = mailboxItem(node, directory.state, language)?.tooltip;
      return item;
    },
  };

  const treeItem = (node: MailboxNode): vscode.TreeItem => {
    const shown = mailboxItem(node, directory.state, language);
    const item = new vscode.TreeItem(shown?.label ?? '', collapsibleState(node, tree));
    item.id = node.id;
    if (shown === null) return item;
    item.description = shown.description;
    item.iconPath = new vscode.ThemeIcon(shown.icon);
    item.accessibilityInformation = { label: shown.accessibleName };
    item.contextValue = shown.contextValue;
    // An account has no list of its own: clicking it folds it.
    if (node.kind !== 'account') {
      // Without arguments, see messages-provider.ts.
      item.command = { command: 'mailpane.openMailbox', title: vscode.l10n.t('Show Mailbox') };
    }
    return item;
  };

  const view = vscode.window.createTreeView(mailboxesViewId, {
    treeDataProvider: provider,
    showCollapseAll: true,
    dragAndDropController: {
      dragMimeTypes: [],
      dropMimeTypes: [messagesMimeType],
      async handleDrop(node, transfer) {
        const mailbox = node?.kind === 'mailbox' ? directory.state.byId.get(node.mailboxId) : undefined;
        if (mailbox !== undefined) await drop(mailbox, await droppedTargets(transfer));
      },
    },
  });
  const progress = createViewProgress(mailboxesViewId);
  const openMailbox = vscode.commands.registerCommand('mailpane.openMailbox', async (argument?: MailboxNode) => {
    if (argument === undefined) await untilTold(() => view.selection.length === 0);
    const node = argument ?? view.selection[0];
    const source = node === undefined ? null : sourceOf(node);
    if (source !== null) await list.show(source).catch((error: unknown) => showError(error, log));
  });

  const drop = async (mailbox: Mailbox, targets: readonly ActionTarget[]): Promise<void> => {
    if (targets.length === 0) return;
    if (!mailbox.rights.mayAddItems) {
      const name = mailboxName(mailbox, vscode.l10n);
      void notify.warning(vscode.l10n.t('You may not put messages into “{0}”.', name));
      return;
    }
    await move(targets, mailbox.id).catch((error: unknown) => showError(error, log));
  };

  const update = (now: DirectoryState, before: DirectoryState): void => {
    const treeBefore = tree;
    tree = buildTree(now, treeBefore);
    const change = compareTrees(
      treeBefore,
      tree,
      (node) => signature(node, before),
      (node) => signature(node, now),
    );
    if (change === 'structure' || change.length > manyNodes) changed.fire(undefined);
    else if (change.length > 0) changed.fire([...change]);
    if (change === 'structure') selectShown();
    showSummary(now);
  };

  const showSummary = ({ overview }: DirectoryState): void => {
    const { unread } = overview;
    const tooltip = unread === 1 ? vscode.l10n.t('1 unread message') : vscode.l10n.t('{0} unread messages', unread);
    view.badge = unread > 0 ? { value: unread, tooltip } : undefined;
    progress.set(client.state.state !== 'failed' && overview.accounts.some(({ status }) => isBusy(status)));
    void vscode.commands.executeCommand('setContext', 'mailpane.hasAccounts', overview.accounts.length > 0);
    void vscode.commands.executeCommand('setContext', 'mailpane.hasSeveralAccounts', overview.accounts.length > 1);
  };

  const selectShown = (): void => {
    const node = list.source === null ? undefined : tree.nodes.get(nodeIdOf(list.source));
    if (!view.visible || node === undefined || view.selection[0] === node) return;
    // Fails where the tree changed meanwhile: then there is nothing to select.
    void Promise.resolve(view.reveal(node, { select: true, focus: false })).catch((error: unknown) =>
      log.debug(String(error)),
    );
  };

  showSummary(directory.state);
  return vscode.Disposable.from(
    view,
    progress,
    openMailbox,
    changed,
    directory.onDidChange(update),
    client.onState(() => showSummary(directory.state)),
    list.onDidChangeSource(selectShown),
    view.onDidChangeVisibility(selectShown),
  );
}

/** What a click on a node shows; null for an account. */
export function sourceOf(node: MailboxNode): MessageSource | null {
  if (node.kind === 'inboxes') return 'inboxes';
  return node.kind === 'mailbox' ? { mailboxId: node.mailboxId } : null;
}

// VS Code puts data of its own before ours, of the same type: `get` would return that.
async function droppedTargets(transfer: vscode.DataTransfer): Promise<ActionTarget[]> {
  const items = [...transfer].filter(([type]) => type === messagesMimeType);
  const texts = await Promise.all(items.map(([, item]) => item.asString()));
  return texts.map(parseTargets).find((targets) => targets.length > 0) ?? [];
}

function nodeIdOf(source: MessageSource): string {
  return source === 'inboxes' ? inboxesNodeId : mailboxNodeId(source.mailboxId);
}

function collapsibleState(node: MailboxNode, tree: MailboxTree): vscode.TreeItemCollapsibleState {
  if (node.kind === 'account') return vscode.TreeItemCollapsibleState.Expanded;
  return tree.children.has(node.id) ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
}
