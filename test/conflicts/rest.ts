import { listChanges } from '../../src/db/pending-changes';
import { SyncError } from '../../src/sync/sync-error';
import type { World } from './world';

/** Whether the change reaches the server before we hear of what happened there, or after. */
export type Order = 'sent first' | 'news first';
export const orders: readonly Order[] = ['sent first', 'news first'];

/** Rounds of sending and looking, after which all has to be at rest. */
const mostRounds = 5;

/** What the product does by itself: it sends and looks, until nothing is left to do. */
export async function rest({ account }: World, order: Order): Promise<void> {
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => {
      if (!(error instanceof SyncError)) throw error;
    });
  };
  if (order === 'news first') await attempt(() => account.cycle());
  for (let round = 0; round < mostRounds; round++) {
    await attempt(() => account.drain());
    await attempt(() => account.cycle());
    if (listChanges(account.db).every(({ state }) => state === 'failed')) break;
  }
}
