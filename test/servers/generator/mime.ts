import type { Person } from './people';

/** One MIME entity: its header fields without a final line break, and its body as it goes over the wire. */
export interface Part {
  readonly headers: readonly string[];
  readonly body: Buffer;
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** Encoded words (RFC 2047) of at most 75 characters, folded; text of printable ASCII stays as it is. */
export function encodeText(text: string): string {
  if (isAscii(text)) return text;
  const words: string[] = [];
  let chunk = '';
  for (const character of text) {
    if (Buffer.byteLength(chunk + character) > 42) {
      words.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  return [...words, chunk].map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}

export function formatAddress({ name, email }: Person): string {
  if (name === '') return email;
  if (!isAscii(name)) return `${encodeText(name)} <${email}>`;
  return /[^A-Za-z0-9 ]/.test(name) ? `"${name}" <${email}>` : `${name} <${email}>`;
}

/** An RFC 5322 date in the given zone (minutes east of UTC). */
export function formatDate(date: Date, timeZone = 0): string {
  const local = new Date(date.getTime() + timeZone * 60_000).toUTCString().replace(' GMT', '');
  const minutes = Math.abs(timeZone);
  const zone = String(Math.floor(minutes / 60) * 100 + (minutes % 60)).padStart(4, '0');
  return `${local} ${timeZone < 0 ? '-' : '+'}${zone}`;
}

export function base64Lines(content: Buffer): string {
  const lines: string[] = [];
  // 57 octets are the 76 characters that RFC 2045 allows in a line.
  for (let start = 0; start < content.length; start += 57) lines.push(content.toString('base64', start, start + 57));
  return lines.join('\r\n');
}

/** Quoted-printable (RFC 2045 section 6.7) of text with CRLF line ends: lines of at most 76 characters. */
export function quotedPrintable(content: Buffer): string {
  const lines = content.toString('latin1').split('\r\n');
  return lines.map(quotedPrintableLine).join('\r\n');
}

function quotedPrintableLine(line: string): string {
  const escaped = line.replace(/[^\t\x20-\x3c\x3e-\x7e]|[\t ]$/g, (character) => {
    const octet = character.charCodeAt(0).toString(16).toUpperCase();
    return `=${octet.padStart(2, '0')}`;
  });
  let done = '';
  let rest = escaped;
  while (rest.length > 76) {
    const lastEscape = rest.lastIndexOf('=', 74);
    const cut = lastEscape > 72 ? lastEscape : 75;
    done += `${rest.slice(0, cut)}=\r\n`;
    rest = rest.slice(cut);
  }
  return done + rest;
}

/** Octets of a text in a charset; what the charset lacks becomes a question mark. */
export function encodeCharset(text: string, charset: string): Buffer {
  if (charset === 'utf-8') return Buffer.from(text);
  if (charset === 'iso-2022-jp') return encodeIso2022Jp(text);
  const table = encodingTable(charset);
  return Buffer.concat(Array.from(text, (character) => table.get(character) ?? Buffer.from('?')));
}

const tables = new Map<string, ReadonlyMap<string, Buffer>>();

/** Node decodes the old charsets but does not encode them, so the table is made from what each octet decodes to. */
function encodingTable(charset: string): ReadonlyMap<string, Buffer> {
  const known = tables.get(charset);
  if (known !== undefined) return known;
  const decoder = new TextDecoder(charset);
  const table = new Map<string, Buffer>();
  const add = (...octets: number[]): void => void table.set(decoder.decode(Buffer.from(octets)), Buffer.from(octets));
  if (charset === 'euc-jp') for (let a = 0xa1; a < 0xff; a++) for (let b = 0xa1; b < 0xff; b++) add(a, b);
  else for (let octet = 0x80; octet < 0x100; octet++) add(octet);
  for (let octet = 0; octet < 0x80; octet++) add(octet);
  tables.set(charset, table);
  return table;
}

/** ISO-2022-JP is EUC-JP with seven bits, between escapes that say when a run of Japanese starts and ends. */
function encodeIso2022Jp(text: string): Buffer {
  const table = encodingTable('euc-jp');
  const runs = text.match(/[\0-\x7f]+|[^\0-\x7f]+/gu) ?? [];
  const octets = runs.map((run) => {
    if (/^[\0-\x7f]/.test(run)) return Buffer.from(run);
    const japanese = Array.from(run, (character) => table.get(character) ?? Buffer.from([0xa1, 0xa9]));
    return Buffer.concat([
      Buffer.from('\x1b$B'),
      ...japanese.map((pair) => pair.map((octet) => octet & 0x7f)),
      Buffer.from('\x1b(B'),
    ]);
  });
  return Buffer.concat(octets);
}

/** A text part. ISO-2022-JP goes as seven bits, the rest quoted-printable or, when asked, as eight bits. */
export function textPart(subtype: string, text: string, charset: string, eightBit = false): Part {
  const content = encodeCharset(text, charset);
  const encoding = charset === 'iso-2022-jp' ? '7bit' : eightBit ? '8bit' : 'quoted-printable';
  return {
    headers: [`Content-Type: text/${subtype}; charset=${charset}`, `Content-Transfer-Encoding: ${encoding}`],
    body: encoding === 'quoted-printable' ? Buffer.from(quotedPrintable(content)) : content,
  };
}

export interface FileOptions {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
  /** Makes it an inline part that HTML shows by `cid:`. */
  readonly contentId?: string;
}

export function filePart({ name, type, content, contentId }: FileOptions): Part {
  const disposition = contentId === undefined ? 'attachment' : 'inline';
  // The name twice, as most programs do: encoded words for old readers, RFC 2231 for the others.
  const filename = isAscii(name) ? `filename="${name}"` : `filename*=UTF-8''${encodeURIComponent(name)}`;
  return {
    headers: [
      `Content-Type: ${type};\r\n name="${encodeText(name)}"`,
      `Content-Disposition: ${disposition};\r\n ${filename}`,
      'Content-Transfer-Encoding: base64',
      ...(contentId === undefined ? [] : [`Content-ID: <${contentId}>`]),
    ],
    body: Buffer.from(base64Lines(content)),
  };
}

export function multipart(subtype: string, boundary: string, parts: readonly Part[]): Part {
  const related = subtype === 'related' ? '; type="text/html"' : '';
  const pieces = parts.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), serialize(part), Buffer.from('\r\n')]);
  return {
    headers: [`Content-Type: multipart/${subtype}; boundary="${boundary}"${related}`],
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

export const serialize = (part: Part): Buffer =>
  Buffer.concat([Buffer.from(`${part.headers.join('\r\n')}\r\n\r\n`), part.body]);
