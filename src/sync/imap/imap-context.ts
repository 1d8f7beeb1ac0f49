import type { MailDb } from '../../db/mail-db';
import type { AccountId, MailboxId } from '../../model/ids';
import type { WorkLine } from './work-line';

/** What the parts of the IMAP sync work with. */
export interface ImapContext {
  readonly work: WorkLine;
  readonly db: MailDb;
  readonly accountId: AccountId;
  /** Something odd that does not stop the work; goes to the sync log. */
  readonly warn: (message: string, details?: string) => void;
  /** The mailbox on screen (S24). */
  readonly focused: () => MailboxId | null;
  readonly policy: SyncPolicy;
  readonly doubt: Doubt;
  /**
   * Mailboxes that had not what is known of them: the next cycle compares their UIDs, although their STATUS is as it was and
   * the counts are the same. Else what waits for such a message would wait until something happens there.
   */
  readonly suspects: Set<MailboxId>;
}

/** Whether a command may have been carried out of which nothing is known here: its answer was lost, or this process is new. */
export class Doubt {
  private raised = 1;
  private settled = 0;

  get isOpen(): boolean {
    return this.settled < this.raised;
  }

  raise(): void {
    this.raised += 1;
  }

  /** Where a cycle begins. What it returns is called at its end: then all is known that was done before it began. */
  beginCycle(): () => void {
    const { raised } = this;
    return () => {
      this.settled = Math.max(this.settled, raised);
    };
  }
}

/** How much is read at once, and how closely a server that does not tell of changes is watched (S15). */
export interface SyncPolicy {
  /** Messages of a mailbox's first contact: what fills the first screen. */
  readonly firstPage: number;
  /** Messages of one FETCH and one transaction. */
  readonly page: number;
  /** Messages whose attachments and previews are asked for at once: a server has to read each of them. */
  readonly detailPage: number;
  /** ms between looks at the flags of a whole mailbox, where only looking tells. */
  readonly fullScan: number;
  /** Messages of INBOX and of the mailbox on screen whose flags are looked at in every cycle there. */
  readonly window: number;
  /** ms that a message which left its mailbox is looked for while another one cannot be read. */
  readonly lookFor: number;
}

export const defaultPolicy: SyncPolicy = {
  firstPage: 50,
  page: 500,
  detailPage: 100,
  fullScan: 15 * 60_000,
  window: 200,
  lookFor: 7 * 24 * 60 * 60_000,
};
