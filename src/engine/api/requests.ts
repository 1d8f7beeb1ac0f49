import * as v from 'valibot';
import { mailServer, accountSettings as settings } from '../../model/account-settings';
import type { EmailBody, EmailDetails, MessageRow } from '../../model/email';
import type { AccountId, ChangeId } from '../../model/ids';
import type { Mailbox } from '../../model/mailbox';
import type { OutboxItem } from '../../model/outbox-item';
import type { ServerCertificate } from '../../model/server-certificate';
import {
  accountId,
  action,
  changeId,
  cursor,
  emailId,
  logLevel,
  mailboxId,
  requestId,
  source,
  target,
  threadId,
} from './parameters';
import type {
  AccountSummary,
  Applied,
  AttachmentFile,
  CheckReport,
  ConnectionTest,
  DatabaseNotice,
  Diagnostics,
  Discovered,
  HistoryEntry,
  LoadedImage,
  MessagePage,
  Outbox,
  Overview,
  SyncLogEntry,
  Undone,
} from './results';

/** Raised when a request or an answer changes its shape: a window of another version then steps back. */
export const apiVersion = 1;

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

  /**
   * To be told to the person, by the first window that asks: null for the others, for ten seconds. Then whoever asks gets
   * it, unless it was told: a window may be closed just as it has it.
   */
  'database/notice': request<DatabaseNotice | null>()(nothing),
  'database/noticeTold': request<null>()(nothing),
  /**
   * Writes mail.db as one file, which grows as `partPrefix(file)` until it is whole (export-part.ts). Absolute path; a file that
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
