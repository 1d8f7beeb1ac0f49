import type { Outbox, Params } from '../../engine/api';
import type { AccountId, ChangeId } from '../../model/ids';
import type { OutboxGroup, OutboxItem } from '../../model/outbox-item';

/** A node of the view: menu commands are given such a node, and may get one that has left the queue meanwhile. */
export type OutboxNode =
  | {
      readonly kind: 'group';
      readonly id: string;
      readonly state: OutboxGroup['state'];
      /** Null: there is one account only, which needs no name. */
      readonly accountId: AccountId | null;
      /** What failed has one for each reason. */
      readonly parts: readonly OutboxGroup[];
    }
  /** What failed for one reason: a bulk action mostly does, and the reason needs the line. */
  | { readonly kind: 'reason'; readonly id: string; readonly part: OutboxGroup }
  | { readonly kind: 'change'; readonly id: string; readonly change: OutboxItem }
  | { readonly kind: 'more'; readonly id: string; readonly count: number };

type Group = Extract<OutboxNode, { kind: 'group' }>;

/** What failed, for it needs a person, then what waits, each by account where there are several. */
export function outboxNodes({ groups, left }: Outbox, accounts: readonly AccountId[]): readonly OutboxNode[] {
  const split = (state: Group['state']): readonly OutboxNode[] => {
    const parts = groups.filter((part) => part.state === state);
    if (parts.length === 0) return [];
    if (accounts.length <= 1) return [{ kind: 'group', id: `${state}:`, state, accountId: null, parts }];
    const known = new Set<AccountId>([...accounts, ...parts.map(({ accountId }) => accountId)]);
    return [...known].flatMap((accountId): Group[] => {
      const own = parts.filter((part) => part.accountId === accountId);
      return own.length === 0 ? [] : [{ kind: 'group', id: `${state}:${accountId}`, state, accountId, parts: own }];
    });
  };
  return [...split('failed'), ...more('left', left), ...split('waiting')];
}

/** Below what failed its reasons, the one of the oldest change first; below these and what waits the changes. */
export function outboxChildren(node: OutboxNode): readonly OutboxNode[] {
  if (node.kind === 'reason') return changeNodes(node.id, [node.part]);
  if (node.kind !== 'group') return [];
  if (node.state === 'waiting') return changeNodes(node.id, node.parts);
  return node.parts.map((part) => ({ kind: 'reason', id: `${node.id}:${part.accountId}:${part.reason}`, part }));
}

function changeNodes(id: string, parts: readonly OutboxGroup[]): readonly OutboxNode[] {
  const changes = parts.flatMap((part) => part.changes).sort((one, other) => one.changeId - other.changeId);
  const shown = changes.map((change): OutboxNode => ({ kind: 'change', id: `change:${change.changeId}`, change }));
  return [...shown, ...more(id, countOf(parts) - shown.length)];
}

const more = (id: string, count: number): readonly OutboxNode[] =>
  count === 0 ? [] : [{ kind: 'more', id: `more:${id}`, count }];

export const countOf = (parts: readonly OutboxGroup[]): number => parts.reduce((sum, { count }) => sum + count, 0);

/** The changes of their own among the nodes, each once. */
export function changesOf(nodes: readonly OutboxNode[]): readonly OutboxItem[] {
  const changes = nodes.flatMap((node) => (node.kind === 'change' ? [node.change] : []));
  return [...new Map(changes.map((change) => [change.changeId, change])).values()];
}

/** What stands for many is acted on as a whole, and shows only the first of them: the engine knows all. */
export type FailedOf = Params<'outbox/failed'>;

export function failedOf(nodes: readonly OutboxNode[]): readonly FailedOf[] {
  return nodes.flatMap((node): FailedOf[] => {
    if (node.kind === 'group' && node.state === 'failed') return [{ accountId: node.accountId, reason: null }];
    if (node.kind === 'reason') return [{ accountId: node.part.accountId, reason: node.part.reason }];
    return [];
  });
}

/** A change on its way can be neither stopped nor sent again; one that was never tried has nothing to be tried again. */
export const isRetryable = ({ state, attempts }: OutboxItem): boolean =>
  state === 'failed' || (state === 'queued' && attempts > 0);
export const isDiscardable = ({ state }: OutboxItem): boolean => state !== 'sending';

/** Null where a command was given no change: what it acts on is then the selection. */
export function nodesGiven(first: unknown, second: unknown): readonly OutboxNode[] | null {
  if (!isNode(first)) return null;
  const selected = Array.isArray(second) ? second.filter(isNode) : [];
  return selected.some(({ id }) => id === first.id) ? selected : [first];
}

function isNode(value: unknown): value is OutboxNode {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('id' in value)) return false;
  return ['group', 'reason', 'change', 'more'].includes(value.kind as string);
}

/** The first change among the nodes, or of a group. */
export function firstChange(nodes: readonly OutboxNode[]): OutboxItem | null {
  const [first] = nodes.flatMap((node) => {
    if (node.kind === 'change') return [node.change];
    if (node.kind === 'reason') return node.part.changes;
    return node.kind === 'group' ? node.parts.flatMap(({ changes }) => changes) : [];
  });
  return first ?? null;
}

/** Which changes a command means: those that it was given and can be used on, and all that failed of the groups. */
export async function changesMeant(
  nodes: readonly OutboxNode[],
  isUsable: (change: OutboxItem) => boolean,
  askFailed: (of: FailedOf) => Promise<readonly ChangeId[]>,
): Promise<readonly ChangeId[]> {
  const own = changesOf(nodes).filter(isUsable);
  const failed = await Promise.all(failedOf(nodes).map(askFailed));
  return [...new Set([...own.map(({ changeId }) => changeId), ...failed.flat()])];
}
