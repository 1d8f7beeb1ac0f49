import type { Account } from '../model/account';
import type { EmailBody } from '../model/email';
import type { EmailId, MailboxId } from '../model/ids';
import type { EmailPatch } from '../model/overlay';
import type { EmailRef } from '../db/emails';
import type { AccountFindings } from '../model/findings';
import type { MailDb } from '../db/mail-db';
import type { SyncError } from './sync-error';

/** Counts of what went over the network, for the sync log and the benches (S38). */
export interface Traffic {
  /** HTTP requests, or IMAP commands. */
  requests: number;
  bytesReceived: number;
  bytesSent: number;
}

/** What one cycle found. */
export interface CycleReport {
  /** Messages new here, changed, and gone. */
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly mailboxes: number;
}

/** The same while it is counted. */
export type MutableReport = { -readonly [Field in keyof CycleReport]: number };

export const emptyReport = (): MutableReport => ({ added: 0, changed: 0, removed: 0, mailboxes: 0 });

export interface BackfillOptions {
  /** Asked between pages: true makes it return early, with what it has committed. */
  readonly shouldYield: () => boolean;
  /** `total` is null while the server has not said. */
  readonly onProgress: (done: number, total: number | null) => void;
}

/** The net change of one message, as the outbox sends it (S28). */
export interface OutgoingChange {
  readonly email: EmailRef;
  readonly patch: EmailPatch;
  /** It was under way once: the server may have taken it, without our having heard so. */
  readonly mayHaveLeft: boolean;
}

/** What the server said of one change (S29). */
export type ChangeOutcome =
  /** `isWritten`: the backend has written down what the server has, which may be newer by now than what was sent. */
  | { readonly result: 'done'; readonly isWritten?: boolean }
  /** The message does not exist any more: what was wanted of it is done. */
  | { readonly result: 'gone' }
  | { readonly result: 'transient' | 'permanent'; readonly message: string };

export interface SendResult {
  /** One for each change sent, by the message's key. */
  readonly outcomes: ReadonlyMap<EmailId, ChangeOutcome>;
  /**
   * Where the server's state went from and to by these changes (S11): the outbox advances the checkpoint in the same
   * transaction, if it stands at `from`; else a cycle has to look what else happened. Null: there is none to advance.
   */
  readonly checkpoint: { readonly resourceType: string; readonly from: string; readonly to: string } | null;
  /** Something of what became of them is left for a cycle to find out. */
  readonly needsCycle: boolean;
  /** What ended it before all was answered: the changes without an outcome are as if it had been thrown. */
  readonly stop?: SyncError;
}

/**
 * One protocol's side of an account (S5). Everything here may fail with a SyncError; whatever it wrote before it failed
 * is consistent (S4). All of it runs in the engine's thread; `syncChanges` and `backfill` never overlap, the rest may.
 */
export interface Backend {
  readonly traffic: Traffic;
  /** Signs in and learns what the server can do; also after `SyncError('auth')` with another secret. */
  connect(signal: AbortSignal): Promise<void>;
  /** One cycle: what changed since the checkpoints, committed page by page with them (S4). Nothing new: one request. */
  syncChanges(signal: AbortSignal): Promise<CycleReport>;
  /** False once all mail is here and nothing has to be compared again. */
  readonly needsBackfill: boolean;
  /** Fetches what is not here yet, newest first; or compares all after the server lost track of changes (S8). */
  backfill(options: BackfillOptions, signal: AbortSignal): Promise<void>;
  /**
   * S39: compares all that is here with the server, mends what differs, and tells what that was; bodies and waiting
   * changes stay. A whole cycle is part of it. Never overlaps `syncChanges` or `backfill`.
   */
  check(onProgress: BackfillOptions['onProgress'], signal: AbortSignal): Promise<AccountFindings>;
  /** What the server said that it can do; for a bug report. Empty before the first connection. */
  readonly capabilities: readonly string[];
  /**
   * Listens for the server's word that something changed. `onConnected`: now it is known that nothing is missed from
   * here on (the caller runs a cycle). Returns `unsupported` at once where there is no push, `doubted` where the
   * connection may be dead and has to be made anew (S26); throws when it dies (S12).
   */
  listen(
    events: { readonly onConnected: () => void; readonly onChange: () => void },
    signal: AbortSignal,
  ): Promise<'unsupported' | 'doubted'>;
  /** Sends net changes in as few requests as the server's limits allow; each message has its own outcome (S27, S29). */
  send(changes: readonly OutgoingChange[], signal: AbortSignal): Promise<SendResult>;
  fetchBody(email: EmailRef, signal: AbortSignal): Promise<EmailBody>;
  /** Streams a part's decoded octets into a new file; fails with `too-large` past `limit` octets. Returns its size. */
  fetchPart(
    part: { readonly email: EmailRef; readonly partId: string; readonly blobId: string | null; readonly type: string },
    file: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<number>;
  /** The machine slept, or its network changed (S26): what is connected may be dead, and is not waited for long. */
  doubtConnections(): void;
  /** The mailbox on screen comes first (S24). */
  focus(mailboxId: MailboxId | null): void;
  dispose(): void;
}

/** What a backend is made from. */
export interface BackendOptions {
  readonly account: Account;
  /** Password or token; never logged. */
  readonly secret: string;
  readonly db: MailDb;
  /** Notes something odd that does not stop the work: malformed items, guards that held (S9). Goes to the sync log. */
  readonly warn: (message: string, details?: string) => void;
}
