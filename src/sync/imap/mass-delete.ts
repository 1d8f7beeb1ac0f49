import { atom, type ImapConnection } from './connection';
import { search } from './search';

/** Fewer are nobody's disaster; and more than this share of a mailbox is (S19). */
const few = 20;
const share = 0.1;

export function isLoss(gone: number, here: number): boolean {
  return gone > few && gone > here * share;
}

/**
 * S19: what of this the open mailbox really lacks. Null: it cannot be told, because the list of what is there is shorter
 * than the number of messages that the server itself gives.
 */
export async function trulyGone(
  connection: ImapConnection,
  gone: readonly number[],
  signal: AbortSignal,
): Promise<number[] | null> {
  const exists = connection.selected?.exists ?? 0;
  const there = new Set(await search(connection, [atom('ALL')], signal));
  return there.size < exists ? null : gone.filter((uid) => !there.has(uid));
}
