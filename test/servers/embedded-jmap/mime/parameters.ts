import { Buffer } from 'node:buffer';

import { charsetDecoder } from './charsets';
import { decodeEncodedWords } from './encoded-words';

/** `text/plain; charset=utf-8`: a value and its parameters, by lowercase name. */
export type ParametrizedValue = { value: string; parameters: Map<string, string> };

/** Parses Content-Type and Content-Disposition, with the continued and encoded parameters of RFC 2231. */
export function parseParameters(field: string): ParametrizedValue {
  const unfolded = field.replace(/\r?\n(?=[ \t])/g, '');
  const semicolon = unfolded.indexOf(';');
  const value = (semicolon === -1 ? unfolded : unfolded.slice(0, semicolon)).trim();
  const sections = new Map<string, { order: number; text: string; encoded: boolean }[]>();
  const pattern = /;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/gs;
  for (const [, rawName = '', quoted, plain = ''] of unfolded.slice(Math.max(semicolon, 0)).matchAll(pattern)) {
    const text = quoted === undefined ? plain.trim() : quoted.replace(/\\(.)/gs, '$1');
    const [, name = '', order, star] = /^(.*?)(?:\*(\d+))?(\*)?$/s.exec(rawName.toLowerCase()) ?? [];
    const list = sections.get(name) ?? [];
    list.push({ order: Number(order ?? 0), text, encoded: star !== undefined });
    sections.set(name, list);
  }
  const parameters = new Map<string, string>();
  for (const [name, list] of sections) {
    list.sort((a, b) => a.order - b.order);
    parameters.set(name, list.some((section) => section.encoded) ? decodeExtended(list) : joinPlain(list));
  }
  return { value, parameters };
}

/** Not allowed by RFC 2047 §5, but what many senders do: encoded words in a parameter. */
function joinPlain(sections: { text: string }[]): string {
  return decodeEncodedWords(sections.map((section) => section.text).join(''));
}

function decodeExtended(sections: { text: string; encoded: boolean }[]): string {
  const [, charset = 'utf-8'] = /^([^']*)'[^']*'/.exec(sections[0]?.text ?? '') ?? [];
  const bytes = sections.map(({ text, encoded }, index) => {
    const body = encoded && index === 0 ? text.replace(/^[^']*'[^']*'/, '') : text;
    return encoded ? percentBytes(body) : Buffer.from(body, 'utf8');
  });
  return (charsetDecoder(charset) ?? new TextDecoder()).decode(Buffer.concat(bytes));
}

function percentBytes(text: string): Buffer {
  const latin1 = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1');
}
