import type { MailClient } from '../../engine/client';
import type { ChangeId } from '../../model/ids';
import type { OutboxItem } from '../../model/outbox-item';
import type { Disposable } from '../disposable';
import type { Directory } from '../mailboxes/directory';
import { createRefresher } from '../refresher';

/** ms between two words about failures, of which a bulk action may bring some with each answer of the server. */
const interval = 1000;

export interface FailureWatch {
  /** Which failed changes the person knows of, from before and from any window, as of now. */
  told(): readonly ChangeId[];
  /** The person looks at this window: no other one tells. */
  isFocused(): boolean;
  /** Which they know of now. */
  onTold(all: readonly ChangeId[]): Promise<void>;
  /** `first` of `count` that nobody was told of yet. */
  onFailed(first: OutboxItem, count: number): Promise<void>;
  onError(error: unknown): void;
}

/**
 * Finds what failed since the person was told. The queue changes with each key that is pressed, so the engine is asked only
 * when the number of failed changes is another one, or the person comes back to this window (`focused`) and there are some.
 */
export function watchFailures(
  client: MailClient,
  directory: Directory,
  watch: FailureWatch,
): Disposable & { focused(): void } {
  const refresher = createRefresher(interval, async (signal) => {
    try {
      const failed = await client.request('outbox/failed', { accountId: null, reason: null }, signal);
      const told = new Set(watch.told());
      // What stands as failed no more is forgotten by whichever window sees it: it is news where it fails again.
      const known = watch.isFocused() ? failed : failed.filter((changeId) => told.has(changeId));
      const fresh = newlyFailed(told, known);
      if (fresh.length > 0 || known.length !== told.size) await watch.onTold(known);
      const [changeId] = fresh;
      if (changeId === undefined) return;
      const first = await client.request('outbox/get', { changeId }, signal);
      if (first !== null) await watch.onFailed(first, fresh.length);
    } catch (error) {
      if (!signal.aborted) watch.onError(error);
    }
  });
  const look = directory.onDidChange((now, before) => {
    if (!before.loaded || now.overview.failed !== before.overview.failed) refresher.request();
  });
  if (directory.state.loaded) refresher.request();
  return {
    focused() {
      if (directory.state.loaded && directory.state.overview.failed > 0) refresher.request();
    },
    dispose() {
      look.dispose();
      refresher.dispose();
    },
  };
}

/**
 * Which failed changes nobody was told of yet. To be remembered as told are those that still stand as failed, so that
 * one that is retried and fails again is news again.
 */
export function newlyFailed(told: ReadonlySet<ChangeId>, failed: readonly ChangeId[]): readonly ChangeId[] {
  return failed.filter((changeId) => !told.has(changeId));
}
