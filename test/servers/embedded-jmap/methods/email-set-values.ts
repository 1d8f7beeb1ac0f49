import { invalidProperties } from '../errors';
import { isObject } from '../json';
import type { Account } from '../store/account';

/** `{ "$seen": true }` → a set. */
export function toSet(property: string, value: unknown, normalise: (key: string) => string): Set<string> {
  if (!isObject(value) || Object.values(value).some((flag) => flag !== true)) {
    throw invalidProperties(`${property} must be an object whose values are true`, property);
  }
  return new Set(Object.keys(value).map(normalise));
}

/** RFC 8621 §4.1.1: what IMAP allows in a flag, 1 to 255 characters. */
export function checkKeywords(keywords: Set<string>): void {
  const wrong = [...keywords].find((keyword) => !/^[!#$&'+-[^-z|}~]{1,255}$/.test(keyword));
  if (wrong !== undefined) throw invalidProperties(`${wrong} is not a keyword`, 'keywords');
}

/** A message is in one mailbox at least (RFC 8621 §4.1.1). */
export function checkMailboxIds(mailboxIds: Set<string>, account: Account): void {
  if (mailboxIds.size === 0) throw invalidProperties('An Email must be in a mailbox', 'mailboxIds');
  const unknown = [...mailboxIds].find((id) => !account.mailboxes.has(id));
  if (unknown !== undefined) throw invalidProperties(`There is no mailbox ${unknown}`, 'mailboxIds');
}

/** `receivedAt` of a new Email in milliseconds; now if none is given. */
export function receivedTime(value: unknown): number {
  if (value == null) return Date.now();
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw invalidProperties('receivedAt must be a UTCDate', 'receivedAt');
  return time;
}
