import type { OutboxItem } from '../../engine/api';
import type { ChangeId } from '../../model/ids';

/** Failed ones first, for they need a person; then what waits, in the order in which it leaves (S27). */
export function inReadingOrder(items: readonly OutboxItem[]): {
  readonly failed: readonly OutboxItem[];
  readonly waiting: readonly OutboxItem[];
} {
  const byAge = items.toSorted((one, other) => one.changeId - other.changeId);
  return {
    failed: byAge.filter(({ state }) => state === 'failed'),
    waiting: byAge.filter(({ state }) => state !== 'failed'),
  };
}

/**
 * Which failed changes nobody was told of yet, and which to remember as told: those that still stand as failed, so that
 * one that is retried and fails again is news again.
 */
export function newlyFailed(
  told: ReadonlySet<ChangeId>,
  items: readonly OutboxItem[],
): { readonly all: readonly ChangeId[]; readonly fresh: readonly OutboxItem[] } {
  const { failed } = inReadingOrder(items);
  return { all: failed.map(({ changeId }) => changeId), fresh: failed.filter(({ changeId }) => !told.has(changeId)) };
}
