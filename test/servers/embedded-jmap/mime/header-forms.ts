import { utcDate } from '../json';
import { parseAddressGroups, parseAddresses } from './addresses';
import { decodeEncodedWords } from './encoded-words';
import type { HeaderField } from './parse-message';

export type HeaderForm = 'Raw' | 'Text' | 'Addresses' | 'GroupedAddresses' | 'MessageIds' | 'Date' | 'URLs';

/** A property such as `header:List-Post:asURLs:all` (RFC 8621 §4.1.3). */
export type HeaderProperty = { name: string; form: HeaderForm; all: boolean };

const FORMS = new Map<string, HeaderForm>(
  (['Raw', 'Text', 'Addresses', 'GroupedAddresses', 'MessageIds', 'Date', 'URLs'] as const).map((form) => [
    `as${form}`,
    form,
  ]),
);

/** The fields for which a form is allowed (RFC 8621 §4.1.2); a field that no RFC knows may take any form. */
const ADDRESS_FIELDS = new Set(
  ['from', 'sender', 'reply-to', 'to', 'cc', 'bcc'].flatMap((name) => [name, `resent-${name}`]),
);
const ID_FIELDS = new Set(['message-id', 'in-reply-to', 'references', 'resent-message-id']);
const DATE_FIELDS = new Set(['date', 'resent-date']);
const URL_FIELDS = new Set(['help', 'unsubscribe', 'subscribe', 'post', 'owner', 'archive'].map((n) => `list-${n}`));
const TEXT_FIELDS = new Set(['subject', 'comments', 'keywords', 'list-id']);

/** Reads such a property, or undefined if the server must answer `invalidArguments` to it. */
export function parseHeaderProperty(property: string): HeaderProperty | undefined {
  const [prefix, name = '', ...rest] = property.split(':');
  if (prefix !== 'header' || !/^[!-9;-~]+$/.test(name)) return undefined;
  const all = rest.at(-1) === 'all';
  if (all) rest.pop();
  if (rest.length > 1) return undefined;
  const form = rest[0] === undefined ? 'Raw' : FORMS.get(rest[0]);
  return form === undefined || !allowed(form, name.toLowerCase()) ? undefined : { name, form, all };
}

function allowed(form: HeaderForm, name: string): boolean {
  const own: [Set<string>, HeaderForm[]][] = [
    [ADDRESS_FIELDS, ['Addresses', 'GroupedAddresses']],
    [ID_FIELDS, ['MessageIds']],
    [DATE_FIELDS, ['Date']],
    [URL_FIELDS, ['URLs']],
    [TEXT_FIELDS, ['Text']],
  ];
  const known = own.find(([fields]) => fields.has(name));
  return form === 'Raw' || known === undefined || known[1].includes(form);
}

/** The value of a header property: the last field of that name, or with `:all` every one. */
export function headerValue(headers: HeaderField[], { name, form, all }: HeaderProperty): unknown {
  const wanted = name.toLowerCase();
  const fields = headers.filter((field) => field.name.toLowerCase() === wanted);
  if (all) return fields.map((field) => convert(field.value, form));
  const last = fields.at(-1);
  return last === undefined ? null : convert(last.value, form);
}

function convert(value: string, form: HeaderForm): unknown {
  switch (form) {
    case 'Raw':
      return value;
    case 'Text':
      return headerText(value);
    case 'Addresses':
      return parseAddresses(value);
    case 'GroupedAddresses':
      return parseAddressGroups(value);
    case 'MessageIds':
      return messageIds(value);
    case 'Date':
      return headerDate(value);
    case 'URLs':
      return angled(value);
  }
}

/** Unfolded, decoded, in NFC (RFC 8621 §4.1.2.2). */
export function headerText(value: string): string {
  return decodeEncodedWords(value.replace(/\r?\n(?=[ \t])/g, ''))
    .trim()
    .normalize('NFC');
}

/** The ids without their angle brackets, or null if there is none (RFC 8621 §4.1.2.5). */
export function messageIds(value: string): string[] | null {
  return angled(value.replace(/\((?:[^()\\]|\\.)*\)/g, ''));
}

function angled(value: string): string[] | null {
  const found = [...value.matchAll(/<([^<>]*)>/g)].map(([, inside = '']) => inside.replace(/\s+/g, ''));
  return found.length === 0 ? null : found;
}

/** RFC 5322 date-time as an RFC 8621 `Date`: keeps the sender's zone. */
export function headerDate(value: string): string | null {
  const text = value
    .replace(/\([^)]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const time = Date.parse(text);
  if (Number.isNaN(time)) return null;
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d\d)(\d\d)$/.exec(text) ?? [];
  if (sign === undefined) return utcDate(time);
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  if (offset === 0) return utcDate(time);
  return utcDate(time + offset * 60_000).replace('Z', `${sign}${hours}:${minutes}`);
}
