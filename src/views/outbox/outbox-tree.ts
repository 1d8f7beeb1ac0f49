import type { OutboxItem } from '../../engine/api';
import type { AccountId, ChangeId, EmailId } from '../../model/ids';
import { inReadingOrder } from './outbox-order';

/** A node of the view: menu commands are given such a node, and may get one that has left the queue meanwhile. */
export type OutboxNode =
  | {
      readonly kind: 'group';
      readonly id: string;
      readonly state: 'failed' | 'waiting';
      /** Null: there is one account only, which needs no name. */
      readonly accountId: AccountId | null;
      readonly changes: readonly OutboxItem[];
    }
  /** What failed for one reason: a bulk action mostly does, and the reason needs the line. */
  | { readonly kind: 'reason'; readonly id: string; readonly changes: readonly OutboxItem[] }
  | { readonly kind: 'change'; readonly id: string; readonly change: OutboxItem }
  | { readonly kind: 'more'; readonly id: string; readonly count: number };

type Group = Extract<OutboxNode, { kind: 'group' }>;

/** A queue may hold tens of thousands of changes: a person looks at the first ones, and acts on all of a group at once. */
export const shownOfGroup = 200;

/** What failed, then what waits, each by account where there are several. Groups without changes are left out. */
export function outboxGroups(items: readonly OutboxItem[], accounts: readonly AccountId[]): readonly Group[] {
  const { failed, waiting } = inReadingOrder(items);
  const split = (state: Group['state'], changes: readonly OutboxItem[]): Group[] => {
    if (accounts.length <= 1) return group(state, null, changes);
    const known = new Set<AccountId>([...accounts, ...changes.map(({ accountId }) => accountId)]);
    return [...known].flatMap((id) =>
      group(
        state,
        id,
        changes.filter(({ accountId }) => accountId === id),
      ),
    );
  };
  return [...split('failed', failed), ...split('waiting', waiting)];
}

function group(state: Group['state'], accountId: AccountId | null, changes: readonly OutboxItem[]): Group[] {
  if (changes.length === 0) return [];
  return [{ kind: 'group', id: `${state}:${accountId ?? ''}`, state, accountId, changes }];
}

/** Below what failed its reasons, the one of the oldest change first; below these and what waits the changes. */
export function outboxChildren(node: OutboxNode): readonly OutboxNode[] {
  if (node.kind === 'reason' || (node.kind === 'group' && node.state === 'waiting')) return changeNodes(node);
  if (node.kind !== 'group') return [];
  const reasons = new Map<string, OutboxItem[]>();
  for (const change of node.changes) {
    const changes = reasons.get(change.lastError ?? '');
    if (changes === undefined) reasons.set(change.lastError ?? '', [change]);
    else changes.push(change);
  }
  return [...reasons].map(([reason, changes]) => ({ kind: 'reason', id: `${node.id}:${reason}`, changes }));
}

function changeNodes({ id, changes }: Extract<OutboxNode, { kind: 'group' | 'reason' }>): readonly OutboxNode[] {
  const shown = changes
    .slice(0, shownOfGroup)
    .map((change): OutboxNode => ({ kind: 'change', id: `change:${change.changeId}`, change }));
  const count = changes.length - shown.length;
  return count === 0 ? shown : [...shown, { kind: 'more', id: `more:${id}`, count }];
}

/** What the nodes that a command was given stand for, each change once. */
export function changesOf(nodes: readonly OutboxNode[]): readonly OutboxItem[] {
  const changes = nodes.flatMap((node) => {
    if (node.kind === 'group' || node.kind === 'reason') return node.changes;
    return node.kind === 'change' ? [node.change] : [];
  });
  return [...new Map(changes.map((change) => [change.changeId, change])).values()];
}

/** A change on its way can be neither stopped nor sent again; one that was never tried has nothing to be tried again. */
export const isRetryable = ({ state, attempts }: OutboxItem): boolean =>
  state === 'failed' || (state === 'queued' && attempts > 0);
export const isDiscardable = ({ state }: OutboxItem): boolean => state !== 'sending';

export function idsOf(changes: readonly OutboxItem[]): ChangeId[] {
  return changes.map(({ changeId }) => changeId);
}

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

/** The message of the first change among the nodes. */
export function emailOf(nodes: readonly OutboxNode[]): EmailId | null {
  return changesOf(nodes)[0]?.emailId ?? null;
}
