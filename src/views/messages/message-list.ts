import * as vscode from 'vscode';
import type { MessageSource } from '../../engine/api';
import { publishMessagesState } from '../accounts/state-context';
import { people } from '../format/addresses';
import type { Disposable } from '../disposable';
import { interfaceLanguage } from '../format/interface-language';
import { oneLine } from '../format/text';
import type { Directory } from '../mailboxes/directory';
import { errorSentence, showError } from '../show-error';
import type { MessageList, ShownMessage, ViewContext } from '../view-context';
import { initialSource, isThere, listHeading, roleOf } from './list-heading';
import { messagesMimeType, serialiseTargets } from './message-drag';
import { createMessageListModel, type MessageListModel } from './message-list-model';
import { chosenOf, nodeBeyond, withoutDoubles, type Chosen, type MessageNode } from './message-nodes';
import { createMessagesProvider } from './messages-provider';
import { createFocusTeller } from './tell-focus';
import { createViewProgress } from './view-progress';

export const messagesViewId = 'mailpane.messages';
const sourceKey = 'mailpane.source';

/** The message list, as the commands use it. */
export interface MessageListView extends MessageList, Disposable {
  /** What nodes stand for: one for a thread that is chosen with its messages. */
  chosen(nodes: readonly MessageNode[]): readonly Chosen[];
  /** None for a moment while VS Code draws the rows again. */
  readonly selectedNodes: readonly MessageNode[];
  /** Whether rows of messages are selected, also while they are drawn again. */
  readonly hasSelection: boolean;
  /** Called before `leaving` leave the list: selects the row below, so that the keyboard goes on from there. */
  selectBeyond(leaving: readonly Chosen[]): Promise<void>;
  /** Selects the row of a message, where it is loaded and the view is visible. */
  follow(chosen: ShownMessage): Promise<void>;
  loadMore(): Promise<void>;
  /** Shows the view and gives it the focus. */
  focus(): Promise<void>;
  onDidChangeSource(listener: () => void): Disposable;
}

/** The native tree "Messages": shows the chosen list, and remembers it for the next window of this workspace. */
export function createMessageList(context: ViewContext, directory: Directory): MessageListView {
  const { client, extension, log } = context;
  const language = interfaceLanguage();
  const model = createMessageListModel(client, directory);
  const provider = createMessagesProvider(client, model, directory, log);
  const sourceChanged = new vscode.EventEmitter<void>();
  const view = vscode.window.createTreeView(messagesViewId, {
    treeDataProvider: provider,
    canSelectMany: true,
    showCollapseAll: false,
    dragAndDropController: {
      dragMimeTypes: [messagesMimeType, 'text/plain'],
      dropMimeTypes: [],
      handleDrag(nodes, transfer) {
        const chosen = chosenIn(model, nodes);
        if (chosen.length === 0) return;
        transfer.set(
          messagesMimeType,
          new vscode.DataTransferItem(serialiseTargets(chosen.map(({ target }) => target))),
        );
        transfer.set('text/plain', new vscode.DataTransferItem(chosen.map(asText).join('\n')));
      },
    },
  });
  const progress = createViewProgress(messagesViewId);
  const focus = createFocusTeller(client, (error) => log.warn(errorSentence(error)));
  let hasSelection = false;

  const show = async (source: MessageSource): Promise<void> => {
    void extension.workspaceState.update(sourceKey, source);
    focus.show(source === 'inboxes' ? null : source.mailboxId);
    const shown = model.show(source);
    sourceChanged.fire();
    showHeading();
    await shown;
  };

  const showHeading = (): void => {
    const { state } = directory;
    const heading = listHeading(model.source, state, language);
    // Without an engine what shows is what was: the rows stay, and it has to be said that they do.
    const failure = client.state.state === 'failed' ? client.state.error : null;
    const problem = model.problem ?? (model.source === null ? null : failure);
    view.title = heading.title;
    view.description = failure === null ? heading.description : '';
    view.message = problem === null ? '' : errorSentence(problem);
    progress.set(failure === null && (heading.busy || model.isLoading));
    setContext('mailpane.mailboxRole', roleOf(model.source, state) ?? '');
    setContext('mailpane.canLoadMore', model.nodes.at(-1)?.kind === 'more');
    void publishMessagesState({
      source: model.source,
      rows: model.isLoading ? null : model.nodes.length,
      mailboxes: state.mailboxes,
      accounts: state.overview.accounts,
    });
  };

  const chooseSource = (): void => {
    const { state } = directory;
    if (!state.loaded || (model.source !== null && isThere(model.source, state))) return;
    const source = initialSource(extension.workspaceState.get(sourceKey), state);
    if (source !== null) void show(source);
    else if (model.source !== null) void model.show(null);
  };

  const select = async (node: MessageNode, focus: boolean): Promise<void> => {
    // Fails where the row left the list meanwhile: then there is nothing to select.
    await Promise.resolve(view.reveal(node, { select: true, focus })).catch((error: unknown) =>
      log.debug(String(error)),
    );
  };

  const subscriptions: Disposable[] = [
    directory.onDidChange(() => {
      chooseSource();
      showHeading();
    }),
    model.onDidChange(showHeading),
    client.onState(showHeading),
    view.onDidChangeSelection(({ selection }) => {
      hasSelection = selection.some(({ kind }) => kind !== 'more');
      setContext('mailpane.hasSelection', hasSelection);
    }),
  ];
  showHeading();

  return {
    get source() {
      return model.source;
    },
    get selectedNodes() {
      return view.selection;
    },
    get hasSelection() {
      return hasSelection;
    },
    show,
    chosen: (nodes) => chosenIn(model, nodes),
    async selectBeyond(leaving) {
      const nodes = leaving.flatMap(({ listed }) => (listed === null ? [] : [listed.node]));
      const node = view.visible ? nodeBeyond(model.nodes, nodes, (id) => model.knownChildren(id)) : null;
      if (node !== null) await select(node, true);
    },
    async follow(message) {
      const node = model.nodes.find((candidate) => {
        const row = model.row(candidate);
        return row?.threadId === message.threadId && (message.mailboxId ?? row.mailboxId) === row.mailboxId;
      });
      if (view.visible && node !== undefined) await select(node, false);
    },
    async loadMore() {
      const before = model.nodes.at(-1);
      const position = model.nodes.length - 1;
      const wasSelected = before !== undefined && view.selection.includes(before);
      await progress.during(model.loadMore());
      if (model.problem !== null) showError(model.problem, log);
      const first = model.nodes[position];
      if (wasSelected && first !== undefined && first !== before) await select(first, true);
    },
    async focus() {
      await vscode.commands.executeCommand(`${messagesViewId}.focus`);
    },
    onDidChangeSource: sourceChanged.event,
    dispose() {
      for (const disposable of [...subscriptions, view, provider, model, progress, focus, sourceChanged])
        disposable.dispose();
    },
  };
}

function chosenIn(model: MessageListModel, nodes: readonly MessageNode[]): Chosen[] {
  const { source } = model;
  if (source === null) return [];
  return withoutDoubles(nodes).flatMap((node) => {
    const row = model.row(node);
    return row === undefined ? [] : [chosenOf(node, row, source)];
  });
}

function setContext(key: string, value: string | boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}

function asText({ listed }: Chosen): string {
  return listed === null ? '' : `${oneLine(listed.row.subject)} — ${people(listed.row.from)}`;
}
