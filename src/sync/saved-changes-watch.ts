import type { MailDb } from '../db/mail-db';
import { countSavedChanges } from '../db/saved-changes';
import { settleSavedChanges } from '../db/settle-saved-changes';
import type { AccountId } from '../model/ids';
import type { Backend } from './backend';

/**
 * Changes saved from another database wait for their message. To be called whenever mail may have come: `onMet` is called when
 * some have met theirs and can be sent; once all mail is here, the others have failed (S30).
 */
export function watchSavedChanges(
  db: MailDb,
  accountId: AccountId,
  backend: Pick<Backend, 'needsBackfill'>,
  onMet: () => void,
): () => void {
  let before = countSavedChanges(db, accountId);
  return () => {
    if (countSavedChanges(db, accountId) > 0 && !backend.needsBackfill) settleSavedChanges(db, accountId);
    const now = countSavedChanges(db, accountId);
    if (now < before) onMet();
    before = now;
  };
}
