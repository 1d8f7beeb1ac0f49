import * as v from 'valibot';
import { accountSettings } from '../../model/account-settings';
import type { AccountId } from '../../model/ids';
import type { ChangeState } from '../../model/pending-change';
import type { SavedEmail } from '../../model/saved-change';
import type { AccountRow } from '../accounts-copy';
import type { SqlValue } from '../connection';

/** What a page of a damaged file holds is known only by what it looks like: each of these takes a row of its table only. */

const isText = (value: SqlValue | undefined): value is string => typeof value === 'string';
const isNumber = (value: SqlValue | undefined): value is number => typeof value === 'number';
const isSwitch = (value: SqlValue | undefined): value is 0 | 1 => value === 0 || value === 1;
const isTextOrNull = (value: SqlValue | undefined): value is string | null => value === null || isText(value);

/** ms since 1970: of this century. */
const isDate = (value: SqlValue | undefined): value is number => isNumber(value) && value > 0 && value < 4.2e12;

/** `accounts`, without rowid. */
export function toAccountRow(values: readonly SqlValue[]): AccountRow | undefined {
  const [id, name, email, settings, createdAt] = values;
  if (!isText(id) || !isText(name) || !isText(email) || !isText(settings) || !isNumber(createdAt)) return undefined;
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), accountSettings), settings);
  if (!parsed.success) return undefined;
  return { account: { id: id as AccountId, name, email, settings: parsed.output }, createdAt };
}

export interface SenderRow {
  readonly email: string;
  readonly trustedAt: number;
}

/** `trusted_senders`, without rowid. */
export function toSenderRow(values: readonly SqlValue[]): SenderRow | undefined {
  const [email, trustedAt] = values;
  if (values.length !== 2 || !isText(email) || !email.includes('@') || !isDate(trustedAt)) return undefined;
  return { email, trustedAt };
}

/** A row of `pending_changes`, its payload not parsed yet. */
export interface ChangeRow {
  readonly id: number;
  readonly accountId: AccountId;
  /** 'Email': `resourceId` is a key of the old file; 'SavedEmail': see saved-changes.ts. */
  readonly resourceType: 'Email' | 'SavedEmail';
  readonly resourceId: string;
  readonly changeType: string;
  readonly payload: string;
  readonly createdAt: number;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly state: ChangeState;
  readonly mayHaveLeft: boolean;
}

/** The payload of a change of 'Email': EmailIntent with the keys of the old file. */
export const emailIntent = v.variant('type', [
  v.object({ type: v.literal('keywords'), add: v.array(v.string()), remove: v.array(v.string()) }),
  v.object({ type: v.literal('mailboxes'), add: v.array(v.number()), remove: v.array(v.number()) }),
  v.object({ type: v.literal('destroy'), from: v.optional(v.array(v.number())) }),
]);

const changeTypes = ['keywords', 'mailboxes', 'destroy'];
const states = ['queued', 'sending', 'failed'];

export function toChangeRow(rowid: number, values: readonly SqlValue[]): ChangeRow | undefined {
  const [key, accountId, resourceType, resourceId, changeType, payload, createdAt, attempts, lastError, state, left] =
    values;
  if (key !== null || !isText(accountId) || !isText(resourceId) || !isText(payload)) return undefined;
  if (resourceType !== 'Email' && resourceType !== 'SavedEmail') return undefined;
  if (!isText(changeType) || !changeTypes.includes(changeType)) return undefined;
  if (!isText(state) || !states.includes(state) || !isSwitch(left)) return undefined;
  if (!isNumber(createdAt) || !isNumber(attempts) || !isTextOrNull(lastError)) return undefined;
  return {
    id: rowid,
    accountId: accountId as AccountId,
    resourceType,
    resourceId,
    changeType,
    payload,
    createdAt,
    attempts,
    lastError,
    state: state as ChangeState,
    mayHaveLeft: left === 1,
  };
}

export interface MailboxRow {
  readonly id: number;
  readonly accountId: string;
  readonly remoteId: string;
}

export function toMailboxRow(rowid: number, values: readonly SqlValue[]): MailboxRow | undefined {
  const [key, accountId, remoteId, name, parent, role, ...numbers] = values;
  if (key !== null || !isText(accountId) || !isText(remoteId) || !isText(name)) return undefined;
  if (!isTextOrNull(parent) || !isTextOrNull(role)) return undefined;
  // sort_order, is_subscribed, rights, two counts of the server, is_complete, two of ours
  if (numbers.length < 8 || !numbers.slice(0, 8).every(isNumber) || !isSwitch(numbers[1]) || !isSwitch(numbers[5])) {
    return undefined;
  }
  return { id: rowid, accountId, remoteId };
}

export interface EmailRow extends Omit<SavedEmail, 'mailboxes'> {
  readonly id: number;
  readonly accountId: string;
  readonly threadId: number;
}

export function toEmailRow(rowid: number, values: readonly SqlValue[]): EmailRow | undefined {
  const [key, accountId, remoteId, threadId, receivedAt, sentAt, pending, hasAttachment] = values;
  const [subject, addresses, preview, size, , messageId] = values.slice(12);
  if (key !== null || !isText(accountId) || !isTextOrNull(remoteId) || !isNumber(threadId)) return undefined;
  if (!isNumber(receivedAt) || !(sentAt === null || isNumber(sentAt)) || !isSwitch(hasAttachment)) return undefined;
  if (!isNumber(pending) || !isText(subject) || !isText(addresses) || !isText(preview)) return undefined;
  if (!isNumber(size) || !isText(messageId)) return undefined;
  return { id: rowid, accountId, remoteId, threadId, receivedAt, subject, size, messageId };
}

export interface LocationRow {
  readonly emailId: number;
  readonly mailboxId: number;
  readonly receivedAt: number;
  readonly threadId: number;
}

/** `email_mailboxes`, without rowid: where the server has a message. Its indexes have fewer columns. */
export function toLocationRow(values: readonly SqlValue[]): LocationRow | undefined {
  const [emailId, mailboxId, onServer, shown] = values;
  const [receivedAt, threadId] = values.slice(-2);
  if (values.length < 6 || !isNumber(emailId) || !isNumber(mailboxId) || onServer !== 1 || !isSwitch(shown)) {
    return undefined;
  }
  if (!isNumber(receivedAt) || !isNumber(threadId)) return undefined;
  return { emailId, mailboxId, receivedAt, threadId };
}

/** `sqlite_sequence`: the highest key that a table ever gave. */
export function toSequenceRow(values: readonly SqlValue[]): { table: string; key: number } | undefined {
  const [table, key] = values;
  if (values.length !== 2 || !isText(table) || !isNumber(key)) return undefined;
  return keyedTables.has(table) ? { table, key } : undefined;
}

/** Tables whose keys are never given twice. */
export const keyedTables: ReadonlySet<string> = new Set(['mailboxes', 'threads', 'emails', 'pending_changes']);
