import type { MailClient } from '../../engine/client';
import type { ChangeId } from '../../model/ids';
import type { OutboxItem } from '../../model/outbox-item';
import type { Disposable } from '../disposable';
import type { Directory } from '../mailboxes/directory';
import { createRefresher } from '../refresher';

/** ms between two words about failures, of which a bulk action may bring some with each answer of the server. */
const interval = 1000;

export interface FailureWatch {
  /** Which failed changes the person knows of, from before. */
  readonly told: readonly ChangeId[];
  /** Which they know of now. */
  onTold(all: readonly ChangeId[]): Promise<void>;
  /** `first` of `count` that nobody was told of yet. */
  onFailed(first: OutboxItem, count: number): Promise<void>;
  onError(error: unknown): void;
}

/**
 * Finds what failed since the person was told. The queue changes with each key that is pressed, so the engine is asked only
 * when the number of failed changes is another one.
 */
export function watchFailures(client: MailClient, directory: Directory, watch: FailureWatch): Disposable {
  let told: ReadonlySet<ChangeId> = new Set(watch.told);
  const refresher = createRefresher(interval, async (signal) => {
    try {
      const failed = await client.request('outbox/failed', { accountId: null, reason: null }, signal);
      const fresh = newlyFailed(told, failed);
      const isSame = fresh.length === 0 && failed.length === told.size;
      told = new Set(failed);
      if (!isSame) await watch.onTold(failed);
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
