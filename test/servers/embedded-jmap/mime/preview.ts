import { flattenBody } from './body-structure';
import { decodeText } from './decode-body';
import type { MimePart } from './parse-message';

/** The first words of a message in plain text, at most 256 characters (RFC 8621 §4.1.4). */
export function previewOf(root: MimePart): string {
  const part = flattenBody(root).textBody.find(({ type }) => type.startsWith('text/'));
  if (part === undefined) return '';
  const { text } = decodeText(part);
  const plain = part.type === 'text/html' ? htmlToText(text) : text.replace(/^(?:>.*\n?)+/gm, '');
  // By code points: half an emoji is no text.
  return Array.from(plain.replace(/\s+/g, ' ').trim()).slice(0, 256).join('');
}

/** Good enough for a preview and for searching; nobody reads a message through it. */
export function htmlToText(html: string): string {
  const entities = new Map([
    ['amp', '&'],
    ['lt', '<'],
    ['gt', '>'],
    ['quot', '"'],
    ['nbsp', ' '],
  ]);
  return html
    .replace(/<!--[\s\S]*?-->|<(style|script|head|title)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replace(/&(\w+);/g, (whole, name: string) => entities.get(name) ?? whole);
}
