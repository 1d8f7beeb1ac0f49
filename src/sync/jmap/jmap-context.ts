import type { MailDb } from '../../db/mail-db';
import type { AccountId } from '../../model/ids';
import type { JmapClient } from './client';

/** What the parts of the JMAP sync work with. */
export interface JmapContext {
  readonly client: JmapClient;
  readonly db: MailDb;
  readonly accountId: AccountId;
  /** Something odd that does not stop the work; goes to the sync log. */
  readonly warn: (message: string, details?: string) => void;
}

/** `resource_type` in `sync_state`. The first two hold JMAP states. */
export const mailboxType = 'Mailbox';
export const emailType = 'Email';
/** Present as long as a reconciliation is owed: an OwedWalk as JSON. */
export const reconcileType = 'Email/reconcile';
