import { randomUUID } from 'node:crypto';

import { invalidProperties, SetFailure } from '../errors';
import { isObject, type JsonObject } from '../json';
import type { EmailAddress } from '../mime/addresses';
import { encodeWords } from '../mime/encoded-words';
import { parseHeaderProperty } from '../mime/header-forms';
import { formatAddresses, writeMessage, type PartToWrite } from '../mime/write-message';
import { createdId, type CallContext } from '../method';
import type { Account } from '../store/account';
import { HEADER_SHORTCUTS } from './email-json';
import { checkKeywords, checkMailboxIds, receivedTime, toSet } from './email-set-values';

/** Makes a message of an Email object (RFC 8621 §4.6) and stores it. */
export function createEmail(account: Account, values: JsonObject, context: CallContext): JsonObject {
  const mailboxIds = toSet('mailboxIds', values.mailboxIds ?? {}, (id) => createdId(id, context));
  checkMailboxIds(mailboxIds, account);
  const keywords = toSet('keywords', values.keywords ?? {}, (keyword) => keyword.toLowerCase());
  checkKeywords(keywords);
  const receivedAt = receivedTime(values.receivedAt);
  const raw = writeMessage(headersOf(values), bodyOf(values, account));
  const email = account.addEmail({ raw, mailboxIds, keywords, receivedAt });
  return { id: email.id, blobId: email.blobId, threadId: email.threadId, size: email.size };
}

const OWN = ['mailboxIds', 'keywords', 'receivedAt', 'bodyStructure', 'bodyValues', 'textBody', 'htmlBody'];

function headersOf(values: JsonObject): [string, string][] {
  const headers: [string, string][] = [];
  for (const [property, value] of Object.entries(values)) {
    if (OWN.includes(property) || property === 'attachments') continue;
    const header = parseHeaderProperty(HEADER_SHORTCUTS.get(property) ?? property);
    if (header === undefined || /^(?:content-|mime-version$)/i.test(header.name)) {
      throw invalidProperties(`${property} cannot be set`, property);
    }
    if (headers.some(([name]) => name.toLowerCase() === header.name.toLowerCase())) {
      throw invalidProperties(`${header.name} is given twice`, property);
    }
    for (const one of header.all && Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one !== null) headers.push([header.name, formatHeader(property, header.form, one)]);
    }
  }
  const has = (name: string) => headers.some(([other]) => other.toLowerCase() === name.toLowerCase());
  if (!has('Message-ID')) headers.push(['Message-ID', `<${randomUUID()}@embedded.test>`]);
  if (!has('Date')) headers.push(['Date', new Date().toUTCString().replace('GMT', '+0000')]);
  return headers;
}

function formatHeader(property: string, form: string, value: unknown): string {
  switch (form) {
    case 'Raw':
      if (typeof value === 'string' && !/\r?\n(?![ \t])/.test(value)) return value.replace(/^ /, '');
      break;
    case 'Text':
      if (typeof value === 'string' && !/[\r\n]/.test(value)) return encodeWords(value);
      break;
    case 'Addresses':
      if (isAddressList(value)) return formatAddresses(value.map(({ name, email }) => ({ name: name ?? null, email })));
      break;
    case 'GroupedAddresses':
      if (Array.isArray(value) && value.every(isObject))
        return value.map((group) => formatGroup(property, group)).join(', ');
      break;
    case 'MessageIds':
    case 'URLs':
      if (isStringList(value)) return value.map((id) => `<${id}>`).join(form === 'URLs' ? ', ' : ' ');
      break;
    case 'Date': {
      const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      if (!Number.isNaN(time)) return formatDate(String(value), time);
      break;
    }
  }
  throw invalidProperties(`${property} has a wrong value`, property);
}

function formatGroup(property: string, { name, addresses }: JsonObject): string {
  const members = formatHeader(property, 'Addresses', addresses);
  return typeof name === 'string' ? `${encodeWords(name)}: ${members};` : members;
}

/** RFC 5322 date-time in the zone that was given. */
function formatDate(text: string, time: number): string {
  const [, sign = '+', hours = '00', minutes = '00'] = /([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(time + offset).toUTCString().replace('GMT', `${sign}${hours}${minutes}`);
}

function isAddressList(value: unknown): value is EmailAddress[] {
  return Array.isArray(value) && value.every((item) => isObject(item) && typeof item.email === 'string');
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function bodyOf(values: JsonObject, account: Account): PartToWrite {
  const bodyValues = isObject(values.bodyValues) ? values.bodyValues : {};
  const part = (json: unknown) => toPart(json, bodyValues, account);
  if (values.bodyStructure !== undefined) {
    if (['textBody', 'htmlBody', 'attachments'].some((property) => property in values)) {
      throw invalidProperties('bodyStructure stands alone', 'bodyStructure');
    }
    return part(values.bodyStructure);
  }
  const list = (property: string) => (Array.isArray(values[property]) ? (values[property] as unknown[]).map(part) : []);
  const [text, html] = [
    only(list('textBody'), 'textBody', 'text/plain'),
    only(list('htmlBody'), 'htmlBody', 'text/html'),
  ];
  const bodies = [text, html].filter((body) => body !== undefined);
  const related = list('attachments').filter(({ cid, disposition }) => cid != null && disposition === 'inline');
  const attached = list('attachments').filter(({ cid, disposition }) => cid == null || disposition !== 'inline');
  const alternatives = wrap('multipart/alternative', bodies) ?? { type: 'text/plain', content: '' };
  const withImages = wrap('multipart/related', [alternatives, ...related]) ?? alternatives;
  return wrap('multipart/mixed', [withImages, ...attached]) ?? withImages;
}

function wrap(type: string, children: PartToWrite[]): PartToWrite | undefined {
  return children.length > 1 ? { type, children } : children[0];
}

/** RFC 8621 §4.6: `textBody` and `htmlBody` have one part each, of their type. */
function only(parts: PartToWrite[], property: string, type: string): PartToWrite | undefined {
  const [first] = parts;
  if (parts.length > 1 || (first !== undefined && !first.type.startsWith(type))) {
    throw invalidProperties(`${property} must be one part of type ${type}`, property);
  }
  return first;
}

function toPart(json: unknown, bodyValues: JsonObject, account: Account): PartToWrite {
  if (!isObject(json)) throw invalidProperties('A part is an object', 'bodyStructure');
  const { subParts, partId, blobId } = json;
  const text = (property: string) => (typeof json[property] === 'string' ? json[property] : null);
  const common = { name: text('name'), disposition: text('disposition'), cid: text('cid') };
  if (Array.isArray(subParts) && subParts.length > 0) {
    const children = subParts.map((child) => toPart(child, bodyValues, account));
    return { ...common, type: text('type') ?? 'multipart/mixed', children };
  }
  if (typeof partId === 'string') {
    const bodyValue = bodyValues[partId];
    if (!isObject(bodyValue) || typeof bodyValue.value !== 'string') {
      throw invalidProperties(`There is no body value ${partId}`, 'bodyValues');
    }
    return { ...common, type: text('type') ?? 'text/plain', content: bodyValue.value };
  }
  const content = typeof blobId === 'string' ? account.blobs.get(blobId) : undefined;
  if (content === undefined) throw new SetFailure({ type: 'blobNotFound', notFound: [blobId] });
  return { ...common, type: text('type') ?? 'application/octet-stream', content };
}
