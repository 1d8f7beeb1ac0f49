import type { AccountId, ChangeId, EmailId } from './ids';
import type { ChangeState, EmailIntent } from './pending-change';

/** A change that waits or failed, as a person is shown it. */
export interface OutboxItem {
  readonly changeId: ChangeId;
  readonly accountId: AccountId;
  /** Null: saved from another database, and the message is not here (yet). */
  readonly emailId: EmailId | null;
  readonly subject: string;
  readonly intent: EmailIntent;
  readonly state: ChangeState;
  readonly createdAt: number;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** Changes of one account: those that wait, or those that failed for one reason. */
export interface OutboxGroup {
  readonly accountId: AccountId;
  readonly state: 'waiting' | 'failed';
  /** "" where they wait, or nobody said why. */
  readonly reason: string;
  readonly count: number;
  /** The first ones, in the order in which they leave (S27). */
  readonly changes: readonly OutboxItem[];
}
