import { MethodError } from '../errors';
import type { JsonObject } from '../json';
import { parseAddresses } from '../mime/addresses';
import { headerDate, headerText } from '../mime/header-forms';
import { firstHeader, parseHeader } from '../mime/parse-message';
import type { Account } from '../store/account';
import type { EmailRecord } from '../store/records';
import { baseSubject } from '../store/threading';

type Key = (email: EmailRecord) => number | string;

export const SORT_OPTIONS = ['receivedAt', 'size', 'from', 'to', 'subject', 'sentAt', 'hasKeyword'];

/** Sorts by RFC 8621 §4.4.2. Equal ones stand in the order they came, so that two equal queries agree. @throws MethodError `unsupportedSort` */
export function sortEmails(emails: EmailRecord[], sort: JsonObject[], account: Account): EmailRecord[] {
  const steps = sort.map(({ property, isAscending, keyword }) => ({
    key: cached(keyFor(property, keyword, account)),
    direction: isAscending === false ? -1 : 1,
  }));
  const last = steps.at(-1)?.direction ?? 1;
  return emails.sort((a, b) => {
    for (const { key, direction } of steps) {
      const [left, right] = [key(a), key(b)];
      if (left !== right) return left < right ? -direction : direction;
    }
    return a.id < b.id ? -last : last;
  });
}

function keyFor(property: unknown, keyword: unknown, account: Account): Key {
  const header = (email: EmailRecord, name: string) =>
    firstHeader(parseHeader(account.blobs.get(email.blobId) ?? Buffer.alloc(0)), name) ?? '';
  const person = (email: EmailRecord, name: string) => {
    const [first] = parseAddresses(header(email, name));
    return (first?.name ?? first?.email ?? '').toLowerCase();
  };
  switch (property) {
    case 'receivedAt':
      return (email) => email.receivedAt;
    case 'size':
      return (email) => email.size;
    case 'hasKeyword':
      if (typeof keyword !== 'string') throw new MethodError('invalidArguments', 'sort/keyword is missing');
      return (email) => Number(email.keywords.has(keyword.toLowerCase()));
    case 'subject':
      return (email) => baseSubject(headerText(header(email, 'Subject')));
    case 'from':
      return (email) => person(email, 'From');
    case 'to':
      return (email) => person(email, 'To');
    case 'sentAt':
      return (email) => Date.parse(headerDate(header(email, 'Date')) ?? '') || email.receivedAt;
    default:
      throw new MethodError('unsupportedSort', String(property));
  }
}

/** A key is computed once an email, not once a comparison. */
function cached(key: Key): Key {
  const keys = new Map<string, number | string>();
  return (email) => {
    const known = keys.get(email.id);
    if (known !== undefined) return known;
    const value = key(email);
    keys.set(email.id, value);
    return value;
  };
}
