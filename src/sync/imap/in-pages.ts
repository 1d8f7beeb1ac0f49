import { setImmediate } from 'node:timers/promises';
import type { MailDb } from '../../db/mail-db';

/** Rows of one transaction: the engine answers in between. */
const pageSize = 500;

/**
 * Writes many rows without stopping the engine. Each page is a transaction; what says that all is done goes with the last
 * one (S4), which there always is. Between two pages the world goes on.
 */
export async function inPages<Item>(
  db: MailDb,
  items: readonly Item[],
  signal: AbortSignal,
  write: (page: readonly Item[], isLast: boolean) => void,
): Promise<void> {
  for (let at = 0; ; at += pageSize) {
    const isLast = at + pageSize >= items.length;
    db.mail.transaction(() => write(items.slice(at, at + pageSize), isLast));
    if (isLast) return;
    await setImmediate();
    signal.throwIfAborted();
  }
}
