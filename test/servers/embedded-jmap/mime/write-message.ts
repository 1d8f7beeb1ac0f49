import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

import type { EmailAddress } from './addresses';
import { encodeWords } from './encoded-words';

/** A part to be written. Either children (a multipart) or a content; a string is written in UTF-8 with LF breaks. */
export type PartToWrite = {
  /** With parameters if any, but neither boundary nor charset: `text/plain; format=flowed`. */
  type: string;
  content?: string | Buffer;
  children?: PartToWrite[];
  /** Written as `filename` of the disposition. */
  name?: string | null;
  disposition?: string | null;
  /** Without angle brackets. */
  cid?: string | null;
  headers?: [name: string, value: string][];
};

/**
 * The octets of a message with CRLF line breaks.
 * @param headers in the order they shall stand; the values are written as they are, so encode them before
 */
export function writeMessage(headers: [name: string, value: string][], body: PartToWrite): Buffer {
  const fields = headers.map(([name, value]) => `${name}: ${foldField(name, value)}\r\n`).join('');
  return Buffer.concat([Buffer.from(`${fields}MIME-Version: 1.0\r\n`), writePart(body)]);
}

/** `Ada Lovelace <ada@example.test>, …` with quoting or encoded words where a name needs it. */
export function formatAddresses(addresses: EmailAddress[]): string {
  return addresses.map(formatAddress).join(', ');
}

function formatAddress({ name, email }: EmailAddress): string {
  if (name === null || name === '') return email;
  const plain = /^[\w!#$%&'*+/=?^`{|}~ -]*$/.test(name);
  const ascii = /^[\x20-\x7e]*$/.test(name);
  const phrase = plain ? name : ascii ? `"${name.replace(/["\\]/g, '\\$&')}"` : encodeWords(name);
  return `${phrase} <${email}>`;
}

function writePart(part: PartToWrite): Buffer {
  const fields: string[] = (part.headers ?? []).map(([name, value]) => `${name}: ${foldField(name, value)}`);
  if (part.cid != null) fields.push(`Content-ID: <${part.cid}>`);
  const { field: disposition, isPlainText } = dispositionField(part);
  if (disposition !== undefined) fields.push(disposition);
  if (part.children !== undefined) return writeMultipart(part, part.children, fields);
  const content = part.content ?? '';
  if (typeof content !== 'string') {
    // A message inside a message must not be encoded (RFC 2046 §5.2.1).
    const asIs = part.type === 'message/rfc822';
    fields.push(`Content-Type: ${part.type}`, `Content-Transfer-Encoding: ${asIs ? '8bit' : 'base64'}`);
    return Buffer.concat([head(fields), asIs ? content : wrapBase64(content)]);
  }
  const text = content.replace(/\r?\n/g, '\r\n');
  const simple = isPlainText && /^(?:[\x20-\x7e\t]{0,998}(?:\r\n|$))*$/.test(text);
  const encoding = simple ? '7bit' : 'quoted-printable';
  fields.push(`Content-Type: ${part.type}; charset=utf-8`, `Content-Transfer-Encoding: ${encoding}`);
  return Buffer.concat([head(fields), Buffer.from(simple ? text : quotedPrintable(text))]);
}

function writeMultipart(part: PartToWrite, children: PartToWrite[], fields: string[]): Buffer {
  const written = children.map(writePart);
  // From the content, so that the same message is always the same octets.
  const hash = createHash('sha1');
  for (const child of written) hash.update(child);
  const boundary = `=_${hash.digest('hex').slice(0, 24)}`;
  fields.push(`Content-Type: ${part.type}; boundary="${boundary}"`);
  const chunks = written.flatMap((child) => [Buffer.from(`--${boundary}\r\n`), child, Buffer.from('\r\n')]);
  return Buffer.concat([head(fields), ...chunks, Buffer.from(`--${boundary}--\r\n`)]);
}

function dispositionField(part: PartToWrite): { field?: string; isPlainText: boolean } {
  const isPlainText = part.type.startsWith('text/');
  const disposition = part.disposition ?? (part.name != null ? 'attachment' : undefined);
  if (disposition === undefined) return { isPlainText };
  const name = part.name == null ? '' : `; ${nameParameter(part.name)}`;
  return { field: `Content-Disposition: ${disposition}${name}`, isPlainText };
}

/** RFC 2231 where the name is not ASCII. */
function nameParameter(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return `filename="${name.replace(/["\\]/g, '\\$&')}"`;
  return `filename*=UTF-8''${encodeURIComponent(name).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
}

function head(fields: string[]): Buffer {
  return Buffer.from(`${fields.join('\r\n')}\r\n\r\n`);
}

/** Breaks a long field at its spaces before column 78; a value that is folded already stays. */
function foldField(name: string, value: string): string {
  if (value.includes('\r\n') || name.length + value.length < 76) return value;
  let column = name.length + 1;
  return value
    .replace(/\S+\s*/g, (word) => {
      const breakHere = column + word.trimEnd().length > 77 && column > name.length + 1;
      column = (breakHere ? 1 : column) + word.length;
      return breakHere ? `\r\n ${word}` : word;
    })
    .replace(/[ \t]+\r\n/g, '\r\n');
}

function wrapBase64(content: Buffer): Buffer {
  return Buffer.from(content.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n'));
}

/** RFC 2045 §6.7, lines of at most 76 characters. */
function quotedPrintable(text: string): string {
  return text
    .split('\r\n')
    .map((line) => {
      let escaped = '';
      for (const byte of Buffer.from(line)) {
        const literal = byte === 9 || (byte >= 32 && byte <= 126 && byte !== 61);
        escaped += literal ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      }
      // White space at the end of a line would be lost on the way.
      escaped = escaped.replace(/[ \t]$/, (space) => (space === ' ' ? '=20' : '=09'));
      // Each unit is at most three characters: 24 of them stay below the 76 allowed.
      return escaped.replace(/(?:=[0-9A-F]{2}|[^=]){24}(?=.)/g, '$&=\r\n');
    })
    .join('\r\n');
}
