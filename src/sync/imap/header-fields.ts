import { addressParser, decodeWords } from 'postal-mime';
import type { EmailAddress } from '../../model/email';

/** What the lists need of a header, as octets of a literal: cheaper than ENVELOPE, and no server's idea of it between. */
export const listFields = [
  'DATE',
  'FROM',
  'SENDER',
  'REPLY-TO',
  'TO',
  'CC',
  'BCC',
  'SUBJECT',
  'MESSAGE-ID',
  'IN-REPLY-TO',
  'REFERENCES',
  'CONTENT-TYPE',
] as const;

/** Name in lower case → value, unfolded. Of a field that comes several times, the last (RFC 8621 §4.1.3). */
export type HeaderFields = ReadonlyMap<string, string>;

/** More of one field than this serves nobody. */
const longestField = 100_000;

export function parseHeader(octets: Buffer): HeaderFields {
  const fields = new Map<string, string>();
  for (const line of decodeHeader(octets)
    .replaceAll(/\r?\n(?=[ \t])/g, '')
    .split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    fields.set(
      line.slice(0, colon).trim().toLowerCase(),
      line
        .slice(colon + 1)
        .trim()
        .slice(0, longestField),
    );
  }
  return fields;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const western = new TextDecoder('windows-1252');

/** Headers are ASCII, or UTF-8 (RFC 6532); old mail has raw octets in whatever was usual. NUL ends nothing here. */
function decodeHeader(octets: Buffer): string {
  let text: string;
  try {
    text = utf8.decode(octets);
  } catch {
    text = western.decode(octets);
  }
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}

export function textField(fields: HeaderFields, name: string): string {
  const value = fields.get(name) ?? '';
  const decoded = value.includes('=?') ? decodeWords(value) : value;
  return tidy(decoded);
}

function tidy(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\0', '')
    .replaceAll(/[\r\n]+/g, ' ')
    .trim();
}

/** Addresses in order, those of groups among them, as JMAP's `asAddresses` has them. */
export function addressField(fields: HeaderFields, name: string): EmailAddress[] {
  const value = fields.get(name);
  if (value === undefined || value === '') return [];
  return simpleAddresses(value) ?? parsedAddresses(value);
}

const oneAddress =
  /(?:(?:"([\w.,'-]+(?: [\w.,'-]+)*)"|([\w.'-]+(?: [\w.'-]+)*)) )?<([\w.+-]+@[\w-]+(?:\.[\w-]+)*)>(?:$|, ?(?=["\w<]))/y;

/** `Name <address>` as most are, read at once: the parser costs ten times as much. Null: there is more to them. */
function simpleAddresses(value: string): EmailAddress[] | null {
  const addresses: EmailAddress[] = [];
  for (let at = 0; at < value.length; at = oneAddress.lastIndex) {
    oneAddress.lastIndex = at;
    const match = oneAddress.exec(value);
    if (match === null) return null;
    addresses.push({ name: match[1] ?? match[2] ?? null, email: match[3] ?? '' });
  }
  return addresses;
}

/** Whatever there is to them: groups, comments, quotes, what is broken. */
export function parsedAddresses(value: string): EmailAddress[] {
  return addressParser(value)
    .flatMap((entry) => ('group' in entry && entry.group !== undefined ? entry.group : [entry]))
    .map((entry) => ({ name: tidy(entry.name) || null, email: tidy(entry.address) }))
    .filter((entry) => entry.email !== '' || entry.name !== null);
}

/** `<id>` tokens without their brackets; what is not in brackets counts where nothing is. */
export function messageIdField(fields: HeaderFields, name: string): string[] {
  const value = fields.get(name) ?? '';
  const bracketed = [...value.matchAll(/<([^<>]*)>/g)].map((match) => match[1] ?? '');
  const ids = bracketed.length > 0 ? bracketed : value.split(/\s+/);
  return ids.map((id) => id.replaceAll(/\s+/g, '')).filter((id) => id !== '');
}

const earliest = Date.UTC(1970, 0, 1);
const latest = Date.UTC(9999, 11, 31);

/** ms since 1970, within what a list can show; null where it makes no sense. */
export function dateField(fields: HeaderFields, name: string): number | null {
  const value = (fields.get(name) ?? '').replaceAll(/\([^()]*\)/g, ' ').trim();
  return value === '' ? null : parseTime(value);
}

export function parseTime(value: string): number | null {
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : Math.min(Math.max(time, earliest), latest);
}
