import { Buffer } from 'node:buffer';

import { charsetDecoder } from './charsets';

const ENCODED_WORD = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?([^?]*)\?=/gi;

/** Decodes RFC 2047 encoded words; neighbours of one charset are joined before decoding, as a letter may span two. */
export function decodeEncodedWords(text: string): string {
  if (!text.includes('=?')) return text;
  let result = '';
  let end = 0;
  let pending: { charset: string; bytes: Buffer[] } | undefined;
  const flush = () => {
    if (pending !== undefined) result += charsetDecoder(pending.charset)?.decode(Buffer.concat(pending.bytes)) ?? '';
    pending = undefined;
  };
  for (const match of text.matchAll(ENCODED_WORD)) {
    const [whole, charset = '', encoding = '', payload = ''] = match;
    if (charsetDecoder(charset) === undefined) continue;
    const between = text.slice(end, match.index);
    // White space between two encoded words is not shown (RFC 2047 §6.2).
    const joined = pending !== undefined && /^\s*$/.test(between);
    if (!joined || pending?.charset.toLowerCase() !== charset.toLowerCase()) flush();
    if (!joined) result += between;
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(payload, 'base64') : decodeQ(payload);
    pending ??= { charset, bytes: [] };
    pending.bytes.push(bytes);
    end = match.index + whole.length;
  }
  flush();
  return result + text.slice(end);
}

/** Writes a text for a header: as it is if it is ASCII, else as encoded words of at most 75 characters. */
export function encodeWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?')) return text;
  const words: string[] = [];
  let chunk = '';
  for (const letter of text) {
    if (Buffer.byteLength(chunk + letter) > 45) {
      words.push(chunk);
      chunk = '';
    }
    chunk += letter;
  }
  return [...words, chunk].map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}

function decodeQ(payload: string): Buffer {
  const latin1 = payload
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1');
}
