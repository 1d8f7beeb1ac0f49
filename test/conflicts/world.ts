import type { MailDb } from '../../src/db/mail-db';
import type { AccountId } from '../../src/model/ids';
import type { CycleReport } from '../../src/sync/backend';
import type { DrainReport } from '../../src/sync/outbox';
import type { Where } from './kinds';

/** An account under test, as far as a cell needs it. */
export interface LocalAccount {
  readonly db: MailDb;
  readonly accountId: AccountId;
  cycle(): Promise<CycleReport>;
  syncAll(): Promise<void>;
  drain(): Promise<DrainReport>;
}

export type Trouble = 'forbidden' | 'over quota' | 'signed out' | 'offline';

/** A server, our account on it, and somebody else who changes things there. Messages are named by their subject. */
export interface World {
  readonly account: LocalAccount;
  /** IMAP changes keywords and mailboxes of a message one after the other, so one may be refused without the other. */
  readonly protocol: 'jmap' | 'imap';
  /** The name of the mailbox with a role. */
  roleName(role: Exclude<Where, 'own'>): string;
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
  /** Out of one of its mailboxes. */
  leave(mailbox: string, subject: string): Promise<void>;
  /** For good: out of all the mailboxes that it is in. */
  destroy(mailboxes: readonly string[], subject: string): Promise<void>;
  /** From now on until `heal`. */
  trouble(kind: Trouble): Promise<void>;
  heal(): Promise<void>;
  /** Keywords and `in MAILBOX` of every message whose subject is asked for; absent: it is not there. */
  truth(subjects: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  stop(): Promise<void>;
}
