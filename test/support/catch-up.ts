import type { MailDb } from '../../src/db/mail-db';
import type { AccountId } from '../../src/model/ids';
import type { Backend } from '../../src/sync/backend';
import { drainOutbox } from '../../src/sync/outbox';
import { watchSavedChanges } from '../../src/sync/saved-changes-watch';
import { never } from './synced-account';

/** What the engine does with an account whose database was rescued or restored: all mail comes, then what waits leaves. */
export async function catchUp(db: MailDb, accountId: AccountId, backend: Backend): Promise<void> {
  await backend.connect(never);
  const look = watchSavedChanges(db, accountId, backend, () => undefined);
  await backend.syncChanges(never);
  look();
  while (backend.needsBackfill) {
    await backend.backfill({ shouldYield: () => false, onProgress: look }, never);
    await backend.syncChanges(never);
  }
  look();
  await drainOutbox(db, backend, accountId, never);
  // Twice: over IMAP a message that left one mailbox may be found in another one only in the next round (S21).
  await backend.syncChanges(never);
  await backend.syncChanges(never);
  backend.dispose();
}
