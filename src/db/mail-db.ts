import type { AccountRow } from './accounts-copy';
import type { ChangeCollector } from './change-collector';
import type { Database } from './database';

/** The two files that the stores read and write, and where they note what they changed. */
export interface MailDb {
  /** mail.db */
  readonly mail: Database;
  /** bodies.db */
  readonly bodies: Database;
  readonly changes: ChangeCollector;
  /** Writes the second copy of the accounts (accounts-copy.ts), before mail.db. */
  readonly copyAccounts: (rows: readonly AccountRow[]) => void;
}
