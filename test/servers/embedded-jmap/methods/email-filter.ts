import { MethodError } from '../errors';
import { isObject, type JsonObject } from '../json';
import { flattenBody, hasAttachment, leaves } from '../mime/body-structure';
import { decodeText } from '../mime/decode-body';
import { headerText } from '../mime/header-forms';
import { parseHeader, parseMessage } from '../mime/parse-message';
import { htmlToText } from '../mime/preview';
import type { Account } from '../store/account';
import type { EmailRecord } from '../store/records';

export type EmailTest = (email: EmailRecord) => boolean;

/** Makes a test of an Email/query filter (RFC 8621 §4.4.1). @throws MethodError `unsupportedFilter`, `invalidArguments` */
export function compileFilter(filter: JsonObject, account: Account): EmailTest {
  if ('operator' in filter) return compileOperator(filter, account);
  const tests = Object.entries(filter).map(([name, value]) => compileCondition(name, value, account));
  return (email) => tests.every((test) => test(email));
}

function compileOperator({ operator, conditions }: JsonObject, account: Account): EmailTest {
  if (!Array.isArray(conditions) || !conditions.every(isObject)) throw invalid('conditions');
  const tests = conditions.map((condition) => compileFilter(condition, account));
  switch (operator) {
    case 'AND':
      return (email) => tests.every((test) => test(email));
    case 'OR':
      return (email) => tests.some((test) => test(email));
    case 'NOT':
      return (email) => !tests.some((test) => test(email));
    default:
      throw new MethodError('unsupportedFilter', `operator ${String(operator)}`);
  }
}

function compileCondition(name: string, value: unknown, account: Account): EmailTest {
  switch (name) {
    case 'inMailbox': {
      const id = text(name, value);
      return (email) => email.mailboxIds.has(id);
    }
    case 'inMailboxOtherThan': {
      if (!Array.isArray(value)) throw invalid(name);
      const ids = new Set<unknown>(value);
      return (email) => [...email.mailboxIds].some((id) => !ids.has(id));
    }
    case 'before': {
      const time = date(name, value);
      return (email) => email.receivedAt < time;
    }
    case 'after': {
      const time = date(name, value);
      return (email) => email.receivedAt >= time;
    }
    case 'minSize':
      return (email) => email.size >= Number(value);
    case 'maxSize':
      return (email) => email.size < Number(value);
    case 'hasKeyword':
    case 'notKeyword': {
      const keyword = text(name, value).toLowerCase();
      return (email) => email.keywords.has(keyword) === (name === 'hasKeyword');
    }
    case 'allInThreadHaveKeyword':
    case 'someInThreadHaveKeyword':
    case 'noneInThreadHaveKeyword':
      return threadTest(name, text(name, value).toLowerCase(), account);
    case 'hasAttachment':
      return (email) => hasAttachment(flattenBody(parseMessage(octets(email, account)))) === value;
    case 'text':
    case 'from':
    case 'to':
    case 'cc':
    case 'bcc':
    case 'subject':
    case 'body':
      return textTest(name, text(name, value), account);
    case 'header':
      return headerTest(value, account);
    default:
      throw new MethodError('unsupportedFilter', name);
  }
}

function threadTest(name: string, keyword: string, account: Account): EmailTest {
  return (email) => {
    const members = account.threadEmailIds(email.threadId).flatMap((id) => account.emails.get(id) ?? []);
    const having = members.filter((member) => member.keywords.has(keyword)).length;
    if (name === 'allInThreadHaveKeyword') return having === members.length;
    return name === 'someInThreadHaveKeyword' ? having > 0 : having === 0;
  };
}

/** Every word must be there; `"in quotes"` as it stands. */
function textTest(where: string, wanted: string, account: Account): EmailTest {
  const words = [...wanted.toLowerCase().matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
  return (email) => {
    const content = searchable(where, octets(email, account)).toLowerCase();
    return words.every((word) => content.includes(word));
  };
}

/** The text that a text condition looks at. */
export function searchable(where: string, raw: Buffer): string {
  const fields = where === 'text' ? ['from', 'to', 'cc', 'bcc', 'subject'] : [where];
  const headers = parseHeader(raw)
    .filter(({ name }) => fields.includes(name.toLowerCase()))
    .map(({ value }) => headerText(value));
  if (where !== 'text' && where !== 'body') return headers.join('\n');
  const bodies = leaves(parseMessage(raw))
    .filter(({ type }) => type.startsWith('text/'))
    .map((part) => (part.type === 'text/html' ? htmlToText(decodeText(part).text) : decodeText(part).text));
  return [...headers, ...bodies].join('\n');
}

/** `["Message-ID"]`: has it; `["Message-ID", "abc"]`: has it with that text (RFC 8621 §4.4.1). */
function headerTest(value: unknown, account: Account): EmailTest {
  const [name, wanted] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof name !== 'string' || !(wanted === undefined || typeof wanted === 'string')) throw invalid('header');
  return (email) =>
    parseHeader(octets(email, account)).some(
      (field) =>
        field.name.toLowerCase() === name.toLowerCase() &&
        (wanted === undefined || headerText(field.value).toLowerCase().includes(wanted.toLowerCase())),
    );
}

function octets(email: EmailRecord, account: Account): Buffer {
  return account.blobs.get(email.blobId) ?? Buffer.alloc(0);
}

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(name);
  return value;
}

function date(name: string, value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw invalid(name);
  return time;
}

function invalid(name: string): MethodError {
  return new MethodError('invalidArguments', `filter/${name} has a wrong value`);
}
