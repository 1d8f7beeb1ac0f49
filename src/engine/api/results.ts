/** Answers to requests, as far as they are not in the model. */
import type { Account, AccountSettings, AccountStatus } from '../../model/account';
import type { Action } from '../../model/action';
import type { MessageRow } from '../../model/email';
import type { AccountFindings, Finding } from '../../model/findings';
import type { AccountId } from '../../model/ids';
import type { OutboxGroup } from '../../model/outbox-item';
import type { ErrorReason } from './events';
import type { LogLevel, MessageCursor } from './parameters';

export interface AccountSummary {
  readonly account: Account;
  readonly status: AccountStatus;
}

export interface MessagePage {
  readonly rows: readonly MessageRow[];
  /** Null: this was the last page of what is in the local database. */
  readonly next: MessageCursor | null;
}

/** What a server is, found from an address or a host; the person confirms it before a password leaves. */
export interface Discovered {
  readonly settings: AccountSettings;
  /** Empty where only a server was given. */
  readonly email: string;
  /** How it was found, in a person's words. */
  readonly found: string;
}

export interface ConnectionTest {
  /** The account's name as the server has it. */
  readonly accountName: string;
  readonly mailboxes: number;
}

export interface Applied {
  /** Messages that changed. */
  readonly changed: number;
  /** For `actions/undo`; null: nothing changed. */
  readonly undoId: number | null;
}

export interface Undone {
  readonly action: Action;
  readonly messages: number;
  /** Messages that it could not be undone for, because they are gone for good. */
  readonly kept: number;
  /** Messages that it was not undone for, because they were moved again since. */
  readonly moved: number;
}

export interface HistoryEntry {
  readonly undoId: number;
  /** ms since 1970. */
  readonly createdAt: number;
  readonly action: Action;
  readonly messages: number;
  /** Of the one message that it was done to. Null: they were several, or it is gone. */
  readonly subject: string | null;
}

export interface Outbox {
  readonly groups: readonly OutboxGroup[];
  /** Failed changes that are in none of the groups, where they failed for very many reasons. */
  readonly left: number;
}

export interface Overview {
  readonly accounts: readonly AccountSummary[];
  /** Unread in all inboxes. */
  readonly unread: number;
  readonly pending: number;
  readonly failed: number;
}

export interface SyncLogEntry {
  readonly id: number;
  readonly accountId: AccountId | null;
  readonly accountName: string | null;
  /** ms since 1970. */
  readonly startedAt: number;
  /** ms. */
  readonly duration: number;
  readonly level: LogLevel;
  /** What was done: `connect`, `changes`, `backfill`, `send`, `push`, … */
  readonly kind: string;
  /** One line for a person; never a credential or the text of a mail (S38). */
  readonly message: string;
  /** Counts: requests, bytes, emails, …; and the error's details. */
  readonly details: Readonly<Record<string, string | number>>;
}

export interface AccountCheck {
  readonly accountId: AccountId;
  readonly name: string;
  /** Null: it could not be checked, for the reason in `error`. */
  readonly result: AccountFindings | null;
  readonly error: { readonly reason: ErrorReason; readonly message: string } | null;
}

/** S39: what was found, and what of it was mended. */
export interface CheckReport {
  /** ms since 1970. */
  readonly startedAt: number;
  /** ms. */
  readonly duration: number;
  readonly database: readonly Finding[];
  readonly accounts: readonly AccountCheck[];
}

/** For a bug report: names no person, server, mailbox or message. */
export interface Diagnostics {
  readonly node: string;
  readonly bytes: { readonly mail: number; readonly bodies: number };
  readonly accounts: readonly {
    readonly accountId: AccountId;
    readonly state: AccountStatus['state'];
    /** As the server sent them: they may hold anything. */
    readonly capabilities: readonly string[];
    readonly mailboxes: number;
    readonly emails: number;
    readonly pending: number;
    readonly failed: number;
  }[];
}

export interface AttachmentFile {
  /** A file in the engine's cache, to be copied to where the person chose. */
  readonly path: string;
  readonly type: string;
  /** Safe as a file name: no separators, no control characters, no leading dots, never empty. */
  readonly name: string;
  readonly size: number;
}

/** What became of the database that was here before. */
export interface DatabaseNotice {
  /**
   * `damaged`: it was set aside, and what could be read was saved; `missing`: it was gone; `restored`: a backup took its
   * place.
   */
  readonly what: 'damaged' | 'missing' | 'restored';
  /** Where its file is now; `missing`: where it was. */
  readonly file: string;
  readonly accounts: number;
  /** Unsent changes that were saved from it. */
  readonly changes: number;
  /** Changes that were read, but whose account was not. */
  readonly orphans: number;
  /** Changes that do not tell any more what they wanted. */
  readonly unreadable: number;
  /** Saved changes that wait for the person's word. */
  readonly undecided: number;
}

/** `data` is a `data:` URL; null if it could not be had, with the reason. */
export interface LoadedImage {
  readonly url: string;
  readonly data: string | null;
  readonly reason: string | null;
}
