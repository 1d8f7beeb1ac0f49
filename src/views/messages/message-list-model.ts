import type { Changed, MessageSource } from '../../engine/api';
import type { MailClient } from '../../engine/client';
import type { EmailId, MailboxId } from '../../model/ids';
import type { MessageRow } from '../../model/email';
import type { Disposable } from '../disposable';
import { inboxIds, type Directory, type DirectoryState } from '../mailboxes/directory';
import { createRefresher } from '../refresher';
import { emailNode, emailNodeId, threadNode, threadNodeId, type MessageNode } from './message-nodes';
import { loadMore, noRows, reload, type FetchPage, type LoadedRows } from './message-pages';

/** What of the tree has to be drawn again: everything, or nodes that stand where they stood (with what is below them). */
export type ListChange = 'structure' | readonly MessageNode[];

/** The rows of the chosen list, kept as the engine has them. Knows nothing of VS Code. */
export interface MessageListModel extends Disposable {
  readonly source: MessageSource | null;
  /** Nothing has been read of this source yet. */
  readonly isLoading: boolean;
  /** Why the list could not be read; null where it could. */
  readonly problem: unknown;
  /** Rows of the list, then "Load more…" where there is more. */
  readonly nodes: readonly MessageNode[];
  /** What is known of a row, or of a message of a thread that was expanded. */
  row(node: MessageNode): MessageRow | undefined;
  node(id: string): MessageNode | undefined;
  /** Resolves when its first page is there, or cannot be had. Null: nothing, for there is no mailbox left to show. */
  show(source: MessageSource | null): Promise<void>;
  loadMore(): Promise<void>;
  /** The messages of a thread, newest first. */
  children(thread: MessageNode): Promise<readonly MessageNode[]>;
  /** The same as read last; none where the thread was never expanded. */
  knownChildren(threadNodeId: string): readonly MessageNode[];
  onDidChange(listener: (change: ListChange) => void): Disposable;
}

/** ms between two reads while changes pour in. */
const interval = 150;

export function createMessageListModel(client: MailClient, directory: Directory): MessageListModel {
  const listeners = new Set<(change: ListChange) => void>();
  let source: MessageSource | null = null;
  let loaded: LoadedRows = noRows;
  let isLoading = false;
  let problem: unknown = null;
  let stale = false;
  let moreWanted = false;
  let nodes: readonly MessageNode[] = [];
  let byId = new Map<string, MessageNode>();
  let rows = new Map<string, MessageRow>();
  // Messages of expanded threads, by thread; what VS Code asked for last.
  const expanded = new Map<string, readonly MessageNode[]>();

  const announce = (change: ListChange): void => {
    if (change !== 'structure' && change.length === 0) return;
    for (const listener of [...listeners]) listener(change);
  };

  const adopt = (now: LoadedRows): ListChange => {
    const before = nodes;
    const rowsBefore = rows;
    loaded = now;
    const kept = byId;
    const keep = (node: MessageNode): MessageNode => kept.get(node.id) ?? node;
    nodes = [...now.rows.map((row) => keep(threadNode(row))), ...(now.next === null ? [] : [keep(moreNode(now))])];
    const listed = new Set(nodes.map(({ id }) => id));
    for (const thread of expanded.keys()) if (!listed.has(thread)) expanded.delete(thread);
    const below = [...expanded.values()].flat();
    byId = new Map([...nodes, ...below].map((node) => [node.id, node]));
    rows = new Map(now.rows.map((row) => [threadNodeId(row), row]));
    for (const { id } of below) {
      const row = rowsBefore.get(id);
      if (row !== undefined) rows.set(id, row);
    }
    const same = before.length === nodes.length && before.every((node, index) => node === nodes[index]);
    return same ? nodes.filter(({ id }) => !sameRow(rowsBefore.get(id), rows.get(id))) : 'structure';
  };

  const refresher = createRefresher(interval, async (signal) => {
    const asked = source;
    if (asked === null) return;
    const fetchPage: FetchPage = (limit, after) =>
      client.request('messages/list', { source: asked, limit, after }, signal);
    const wanted = { reload: stale, more: moreWanted };
    stale = moreWanted = false;
    try {
      const current = wanted.reload ? await reload(loaded, fetchPage) : loaded;
      const now = wanted.more ? await loadMore(current, fetchPage) : current;
      if (asked !== source) return; // another list was chosen meanwhile, and is read next
      const recovered = problem !== null || isLoading;
      problem = null;
      isLoading = false;
      const change = adopt(now);
      announce(recovered ? 'structure' : change);
    } catch (error) {
      if (signal.aborted || asked !== source) return;
      problem = error;
      isLoading = false;
      announce('structure');
    }
  });

  const refresh = (): void => {
    stale = true;
    refresher.request();
  };

  const onChanged = (changed: Changed): void => {
    if (source === null || !touches(source, changed, directory.state)) return;
    refresh();
    // A message inside a thread may have changed without its folded row.
    announce(
      [...expanded].filter(([, children]) => namesOneOf(changed, children)).flatMap(([id]) => byId.get(id) ?? []),
    );
  };

  const subscriptions = [
    client.onChanged(onChanged),
    client.onState(({ state }) => {
      if (state === 'ready' && problem !== null) refresh();
    }),
    directory.onDidChange((now, before) => {
      if (source === 'inboxes' && inboxIds(now).join() !== inboxIds(before).join()) refresh();
    }),
  ];

  return {
    get source() {
      return source;
    },
    get isLoading() {
      return isLoading;
    },
    get problem() {
      return problem;
    },
    get nodes() {
      return nodes;
    },
    row: (node) => rows.get(node.id),
    node: (id) => byId.get(id),
    async show(wanted) {
      source = wanted;
      expanded.clear();
      moreWanted = false;
      problem = null;
      isLoading = wanted !== null;
      adopt(noRows);
      announce('structure');
      refresh();
      await refresher.settled();
    },
    async loadMore() {
      if (loaded.next === null) return;
      moreWanted = true;
      refresher.request();
      await refresher.settled();
    },
    async children(thread) {
      if (thread.kind !== 'thread') return [];
      const { threadId, mailboxId } = thread;
      const answer = await client.request('messages/thread', { threadId, mailboxId });
      const distinct = new Map(answer.map((row) => [emailNodeId(row), row]));
      const children = [...distinct].map(([id, row]) => {
        const node = byId.get(id) ?? emailNode(row);
        byId.set(id, node);
        rows.set(id, row);
        return node;
      });
      expanded.set(thread.id, children);
      return children;
    },
    knownChildren: (id) => expanded.get(id) ?? [],
    onDidChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    dispose() {
      refresher.dispose();
      listeners.clear();
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

// Another id after each page, so that the focus does not follow the node down when it was used.
function moreNode({ rows }: LoadedRows): MessageNode {
  return { kind: 'more', id: `more:${rows.length}` };
}

function touches(source: MessageSource, changed: Changed, state: DirectoryState): boolean {
  // Another engine took over, or an account came or went: everything may have changed.
  if (changed.accounts && changed.emails === null) return true;
  const shown: readonly MailboxId[] = source === 'inboxes' ? inboxIds(state) : [source.mailboxId];
  return shown.some((mailboxId) => changed.messagesIn.includes(mailboxId));
}

function namesOneOf(changed: Changed, nodes: readonly MessageNode[]): boolean {
  if (changed.emails === null) return true;
  const emails = new Set<EmailId>(changed.emails);
  return nodes.some((node) => node.kind === 'email' && emails.has(node.emailId));
}

/** Rows are small and made of JSON values in one order, as the engine sends them. */
function sameRow(a: MessageRow | undefined, b: MessageRow | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
