/**
 * The only door between views and engine: one typed table of requests, one event. A feature is a row here, a handler in
 * `handlers/`, and a view. Parameters are parsed on the engine's side, because they may come from another process.
 */
import * as v from 'valibot';
import type { Account, AccountSettings, AccountStatus } from '../model/account';
import { mailServer, accountSettings as settings } from '../model/account-settings';
import type { Action } from '../model/action';
import type { EmailBody, EmailDetails, MessageRow } from '../model/email';
import type { AccountFindings, Finding } from '../model/findings';
import type { AccountId, ChangeId, EmailId, MailboxId, ThreadId } from '../model/ids';
import type { Mailbox } from '../model/mailbox';
import type { OutboxGroup, OutboxItem } from '../model/outbox-item';
import type { ServerCertificate } from '../model/server-certificate';

/** Raised when a request or an answer changes its shape: a window of another version then steps back. */
export const apiVersion = 1;

// ---- what parameters are made of

const accountId = v.pipe(
  v.string(),
  v.transform((id) => id as AccountId),
);
const key = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const mailboxId = v.pipe(
  key,
  v.transform((id) => id as MailboxId),
);
const emailId = v.pipe(
  key,
  v.transform((id) => id as EmailId),
);
const threadId = v.pipe(
  key,
  v.transform((id) => id as ThreadId),
);
const changeId = v.pipe(
  key,
  v.transform((id) => id as ChangeId),
);
/** Of a request that must not be done twice, see `once`; set by the client. */
const requestId = v.optional(v.pipe(v.string(), v.uuid()));
/** A list of messages: one mailbox, or the inboxes of all accounts as one. */
const source = v.union([v.object({ mailboxId }), v.literal('inboxes')]);
/** Where a page ends: the next one starts after it (keyset paging). Opaque to the views. */
const cursor = v.object({ receivedAt: v.number(), emailId: key });
const target = v.union([v.object({ emailId, mailboxId: v.nullable(mailboxId) }), v.object({ threadId, mailboxId })]);
const action = v.variant('type', [
  v.object({
    type: v.literal('keyword'),
    keyword: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
    on: v.boolean(),
  }),
  v.object({ type: v.literal('move'), to: mailboxId }),
  v.object({ type: v.picklist(['archive', 'junk', 'not-junk', 'delete', 'destroy']) }),
]);

const logLevel = v.picklist(['error', 'warning', 'info']);

export type LogLevel = v.InferOutput<typeof logLevel>;
export type MessageSource = v.InferOutput<typeof source>;
export type MessageCursor = v.InferOutput<typeof cursor>;

// ---- results that are not in the model

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
  /** Saved changes that wait for the person's word. */
  readonly undecided: number;
}

/** `data` is a `data:` URL; null if it could not be had, with the reason. */
export interface LoadedImage {
  readonly url: string;
  readonly data: string | null;
  readonly reason: string | null;
}

// ---- the table

interface RequestType<Schema extends v.GenericSchema, Result> {
  readonly params: Schema;
  /** Only a type: never set. */
  readonly result?: Result;
}
const request =
  <Result>() =>
  <Schema extends v.GenericSchema>(params: Schema): RequestType<Schema, Result> => ({ params });
const nothing = v.object({});

export const requests = {
  /** Finds the server of an address, a host or a session URL. No credential is sent. */
  'accounts/discover': request<readonly Discovered[]>()(v.object({ address: v.string() })),
  /** Signs in where the mail is and reads the mailboxes once, without keeping anything. */
  'accounts/test': request<ConnectionTest>()(v.object({ settings, secret: v.string() })),
  /** Signs in where mail is sent (SMTP), without sending any. */
  'accounts/test-sending': request<null>()(v.object({ server: mailServer, username: v.string(), secret: v.string() })),
  /** What certificate a mail server shows; null where it has no TLS. No credential is sent. */
  'accounts/certificate': request<ServerCertificate | null>()(
    v.object({ server: mailServer, protocol: v.picklist(['imap', 'smtp']) }),
  ),
  'accounts/add': request<AccountId>()(
    v.object({ name: v.string(), email: v.string(), settings, secret: v.string(), requestId }),
  ),
  /**
   * `secret` null: unchanged. Settings that lead to other mail (`isSameMail`) empty the account in the same step, waiting
   * changes too: ask the person first.
   */
  'accounts/update': request<null>()(
    v.object({ accountId, name: v.string(), email: v.string(), settings, secret: v.nullable(v.string()) }),
  ),
  /** Removes the account with all its local data, waiting changes too. */
  'accounts/remove': request<null>()(v.object({ accountId })),
  /** Hands over the secret that the host keeps in SecretStorage; null: there is none, the person must sign in. */
  'accounts/authenticate': request<null>()(v.object({ accountId, secret: v.nullable(v.string()) })),
  'accounts/list': request<readonly AccountSummary[]>()(nothing),

  /** Flat, every account's, in display order (by role, sort order, name); a parent always comes before its children. */
  'mailboxes/list': request<readonly Mailbox[]>()(nothing),

  /** Newest first, threads folded. `limit` ≤ 500. */
  'messages/list': request<MessagePage>()(
    v.object({
      source,
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)),
      after: v.nullable(cursor),
    }),
  ),
  /** The messages of a thread in a mailbox (null: in any but Trash and Junk), newest first; not folded. */
  'messages/thread': request<readonly MessageRow[]>()(v.object({ threadId, mailboxId: v.nullable(mailboxId) })),
  /** Null: the message is gone. */
  'messages/get': request<EmailDetails | null>()(v.object({ emailId })),
  /** The row after (older) or before (newer) this one in the folded list; null at its end. */
  'messages/neighbour': request<MessageRow | null>()(
    v.object({ source, emailId, direction: v.picklist(['older', 'newer']) }),
  ),
  /** From the local database, else fetched and kept. Fails with reason `offline` where it cannot be had now. */
  'messages/body': request<EmailBody>()(v.object({ emailId })),

  /**
   * Committed to `pending_changes` before it answers (S2): how many messages it changes. `remember` false: not by the
   * person's own hand, so it is not for Undo.
   */
  'actions/apply': request<Applied>()(
    v.object({ action, targets: v.array(target), remember: v.optional(v.boolean()), requestId }),
  ),
  /** Null: the newest that was not undone. Answers null where there is nothing to undo. */
  'actions/undo': request<Undone | null>()(v.object({ undoId: v.nullable(v.number()), requestId })),
  /** What can be undone, newest first; it survives a restart. */
  'actions/history': request<readonly HistoryEntry[]>()(nothing),

  /** What waits and what failed: how many, and the first of each group. */
  'outbox/list': request<Outbox>()(nothing),
  /** Null: it has left the queue. */
  'outbox/get': request<OutboxItem | null>()(v.object({ changeId })),
  /** Those that failed, in the order of the queue. Null: of any account, for any reason. */
  'outbox/failed': request<readonly ChangeId[]>()(
    v.object({ accountId: v.nullable(accountId), reason: v.nullable(v.string()) }),
  ),
  /** What an account has waiting and failed. */
  'outbox/count': request<number>()(v.object({ accountId })),
  /** Null: all failed ones. */
  'outbox/retry': request<null>()(v.object({ changeIds: v.nullable(v.array(changeId)) })),
  /** Shows the server's truth again (S1). */
  'outbox/discard': request<null>()(v.object({ changeIds: v.nullable(v.array(changeId)) })),

  'attachments/file': request<AttachmentFile>()(v.object({ emailId, partId: v.string() })),
  /** `cid:` images of a message as `data:` URLs, by Content-ID. */
  'attachments/inline': request<Readonly<Record<string, string>>>()(v.object({ emailId })),
  /** Remote images that the person allowed: fetched without cookies, bounded, never from a private address. */
  'images/load': request<readonly LoadedImage[]>()(v.object({ urls: v.pipe(v.array(v.string()), v.maxLength(200)) })),
  'images/trust': request<null>()(v.object({ sender: v.string(), trusted: v.boolean() })),
  'images/trusted': request<boolean>()(v.object({ sender: v.string() })),

  /** All accounts, or one: skips any waiting. Answers at once; the status tells the rest. */
  'sync/now': request<null>()(v.object({ accountId: v.nullable(accountId) })),
  /** Newest last. Null: of every account, or of none in particular; of every level. */
  'sync/log': request<readonly SyncLogEntry[]>()(
    v.object({
      accountIds: v.nullable(v.array(accountId)),
      levels: v.nullable(v.array(logLevel)),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5000)),
    }),
  ),
  /**
   * S39: looks through the database, compares one account or (null) all with the server, and mends what differs. Takes as
   * long as it takes; the status of the accounts tells how far it is.
   */
  'check/run': request<CheckReport>()(v.object({ accountId: v.nullable(accountId) })),
  /** The newest report of `check/run`; null: there was none. */
  'check/last': request<CheckReport | null>()(nothing),
  diagnostics: request<Diagnostics>()(nothing),
  /** What is on screen, to be synced first (S24). */
  'sync/focus': request<null>()(v.object({ mailboxId: v.nullable(mailboxId) })),
  overview: request<Overview>()(nothing),

  /** To be told to the person; only the first window that asks is told. Null: nothing. */
  'database/notice': request<DatabaseNotice | null>()(nothing),
  /**
   * Writes mail.db as one file, which grows as `partOf(file)` until it is whole (export-part.ts). Absolute path; a file that
   * is there is replaced. Answers its size in bytes.
   */
  'database/export': request<number>()(v.object({ file: v.string() })),
  /**
   * Puts a backup in the place of the mail database, which is kept; then another engine starts, and `database/notice`
   * says what became of it. Absolute path.
   */
  'database/restore': request<null>()(v.object({ file: v.string(), requestId })),
} as const;

export type Method = keyof typeof requests;

/**
 * Where an engine dies before it answers, the request goes to the next one. What must not happen twice then carries an id,
 * which is kept with what was done; everything else comes to the same if it is done again.
 */
const once = ['accounts/add', 'actions/apply', 'actions/undo', 'database/restore'] as const satisfies readonly Method[];
export const isOnce = (method: Method): boolean => once.some((one) => one === method);

export type Params<M extends Method> = v.InferOutput<(typeof requests)[M]['params']>;
export type Result<M extends Method> = NonNullable<(typeof requests)[M]['result']> | NullPart<M>;
type NullPart<M extends Method> = null extends (typeof requests)[M]['result'] ? null : never;

/** Says what changed, never carries the data; a burst of changes is one event. */
export interface Changed {
  /** Accounts came, went, or have other settings. */
  readonly accounts: boolean;
  /** Mailboxes came, went, were renamed, or their counts changed. */
  readonly mailboxes: boolean;
  /** Mailboxes in whose lists something changed. */
  readonly messagesIn: readonly MailboxId[];
  /** Messages whose own data changed; null: too many to name. */
  readonly emails: readonly EmailId[] | null;
  /** Waiting or failed changes. */
  readonly outbox: boolean;
  /** What accounts are doing. */
  readonly status: boolean;
}

export interface Events {
  changed: Changed;
  /** The engine needs an account's secret: answer by `accounts/authenticate`. */
  credentialsNeeded: { readonly accountId: AccountId };
}

/** Reasons that an `EngineError` carries over the wire; a view words them, `message` has the details. */
export type ErrorReason =
  | 'invalid' // parameters, or what was asked makes no sense for that message or mailbox
  | 'not-found'
  | 'no-mailbox' // no Archive, Junk or Trash in that account
  | 'offline'
  | 'timeout'
  | 'auth'
  | 'host-not-found'
  | 'tls'
  | 'not-jmap' // something answers, but it is not a JMAP server
  | 'not-imap' // something answers, but it is not an IMAP server
  | 'not-smtp' // something answers, but it is not an SMTP server
  | 'insecure' // a password in the clear to another machine
  | 'server' // the server refused or failed
  | 'too-large'
  | 'disk-full'
  | 'database'
  | 'outdated' // another window runs a newer version of this program
  | 'cancelled'
  | 'internal';
