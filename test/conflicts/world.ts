import type { MailDb } from '../../src/db/mail-db';
import type { AccountId } from '../../src/model/ids';
import type { CycleReport } from '../../src/sync/backend';
import type { DrainReport } from '../../src/sync/outbox';

/** An account under test, as far as a cell needs it. */
export interface LocalAccount {
  readonly db: MailDb;
  readonly accountId: AccountId;
  cycle(): Promise<CycleReport>;
  syncAll(): Promise<void>;
  drain(): Promise<DrainReport>;
}

/** A server, our account on it, and somebody else who changes things there. Messages are named by their subject. */
export interface World {
  readonly account: LocalAccount;
  /** Whether keywords and mailboxes of a message change together, or one may be refused without the other. */
  readonly isAtomic: boolean;
  /** The name of the mailbox with a role. */
  roleName(role: 'archive' | 'junk' | 'trash'): string;
  makeMailbox(name: string): Promise<void>;
  renameMailbox(name: string, newName: string): Promise<void>;
  /** With its mail; of one that is not there nothing. */
  dropMailbox(name: string): Promise<void>;
  /** IMAP: the same messages under another UIDVALIDITY. */
  renumber(name: string): Promise<void>;
  deliver(mailbox: string, subject: string, keywords: readonly string[]): Promise<void>;
  flag(mailbox: string, subject: string, keyword: string, on: boolean): Promise<void>;
  move(subject: string, from: string, to: string): Promise<void>;
  copy(subject: string, from: string, to: string): Promise<void>;
  destroy(mailbox: string, subject: string): Promise<void>;
  /** From now on until `heal`. */
  trouble(kind: 'forbidden' | 'over quota' | 'signed out' | 'offline'): void;
  heal(): void;
  /** Keywords and `in MAILBOX` of every message whose subject is asked for; absent: it is not there. */
  truth(subjects: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  stop(): Promise<void>;
}
