import { decodeWords } from 'postal-mime';
import { listOf, numberOf, octetsOf, textOf, type ImapNode } from './attributes';

/** A part of a message, from BODYSTRUCTURE (RFC 9051 §7.5.2). Types, names of parameters and encodings in lower case. */
export interface BodyPart {
  /** As FETCH takes it: `1.2`; empty for a multipart at the root. */
  readonly path: string;
  readonly type: string;
  readonly charset: string | null;
  readonly encoding: string;
  /** Octets as they are encoded. */
  readonly size: number;
  readonly disposition: string | null;
  readonly name: string | null;
  /** Content-ID without brackets. */
  readonly cid: string | null;
  readonly parts: readonly BodyPart[];
}

/** Null: the server sent none, or one that makes no sense. */
export function parseStructure(node: ImapNode | undefined): BodyPart | null {
  const list = listOf(node);
  return list === null || list.length === 0 ? null : parsePart(list, '', true);
}

function parsePart(list: readonly ImapNode[], path: string, isRoot: boolean): BodyPart {
  return listOf(list[0]) === null ? singlePart(list, isRoot ? '1' : path) : multipart(list, path);
}

function multipart(list: readonly ImapNode[], path: string): BodyPart {
  const end = list.findIndex((node) => listOf(node) === null);
  const parts = list
    .slice(0, end < 0 ? list.length : end)
    .map((node, index) =>
      parsePart(listOf(node) ?? [], path === '' ? String(index + 1) : `${path}.${index + 1}`, false),
    );
  const subtype = (end < 0 ? null : textOf(list[end]))?.toLowerCase() ?? 'mixed';
  return {
    path,
    type: `multipart/${subtype}`,
    charset: null,
    encoding: '7bit',
    size: parts.reduce((sum, part) => sum + part.size, 0),
    disposition: null,
    name: null,
    cid: null,
    parts,
  };
}

/** Fields before the extension data: text has its lines, message/rfc822 an envelope, a structure and lines. */
function singlePart(list: readonly ImapNode[], path: string): BodyPart {
  const type = `${textOf(list[0]) ?? 'application'}/${textOf(list[1]) ?? 'octet-stream'}`.toLowerCase();
  const parameters = parametersOf(list[2]);
  const isMessage = type === 'message/rfc822' || type === 'message/global';
  const extension = isMessage && listOf(list[7]) !== null ? 10 : type.startsWith('text/') ? 8 : 7;
  const disposition = listOf(list[extension + 1]);
  const named = parametersOf(disposition?.[1]);
  return {
    path,
    type,
    charset: parameter(parameters, 'charset'),
    encoding: (textOf(list[5]) ?? '7bit').toLowerCase(),
    size: numberOf(list[6]) ?? 0,
    disposition: textOf(disposition?.[0])?.toLowerCase() ?? null,
    name: parameter(named, 'filename') ?? parameter(parameters, 'name'),
    cid: (textOf(list[3]) ?? '').trim().replaceAll(/^<|>$/g, '') || null,
    parts: [],
  };
}

function parametersOf(node: ImapNode | undefined): Map<string, Buffer> {
  const list = listOf(node) ?? [];
  const parameters = new Map<string, Buffer>();
  for (let at = 0; at + 1 < list.length; at += 2) {
    const value = octetsOf(list[at + 1]);
    if (value !== null) parameters.set((textOf(list[at]) ?? '').toLowerCase(), value);
  }
  return parameters;
}

/** A parameter with its continuations and charset (RFC 2231), or with the encoded words that are not allowed but sent. */
function parameter(parameters: ReadonlyMap<string, Buffer>, name: string): string | null {
  const plain = parameters.get(name);
  const extended = parameters.get(`${name}*`);
  if (extended !== undefined) return clean(decodeExtended(extended.toString('latin1')));
  const pieces: { text: string; encoded: boolean }[] = [];
  for (let at = 0; at < 1000; at++) {
    const encoded = parameters.get(`${name}*${at}*`);
    const piece = encoded ?? parameters.get(`${name}*${at}`);
    if (piece === undefined) break;
    pieces.push({ text: piece.toString('latin1'), encoded: encoded !== undefined });
  }
  if (pieces.length > 0) {
    const text = pieces.map((piece) => (piece.encoded ? piece.text : encodeURIComponentLatin1(piece.text))).join('');
    return clean(pieces.some((piece) => piece.encoded) ? decodeExtended(text) : decodeURIComponentSafe(text, 'utf-8'));
  }
  if (plain === undefined) return null;
  const text = plain.toString('utf8');
  return clean(text.includes('=?') ? decodeWords(text) : text);
}

const clean = (text: string): string | null =>
  text
    .toWellFormed()
    .replaceAll(/[\0\r\n]/g, '')
    .trim() || null;

/** `charset'language'percent-encoded`. */
function decodeExtended(value: string): string {
  const match = /^([^']*)'[^']*'(.*)$/s.exec(value);
  return match === null
    ? decodeURIComponentSafe(value, 'utf-8')
    : decodeURIComponentSafe(match[2] ?? '', match[1] ?? '');
}

function encodeURIComponentLatin1(text: string): string {
  return text.replaceAll(/[%\x80-\xff]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function decodeURIComponentSafe(text: string, charset: string): string {
  const octets = Buffer.from(
    text.replaceAll(/%([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
  try {
    return new TextDecoder(charset || 'utf-8').decode(octets);
  } catch {
    return octets.toString('utf8');
  }
}

/** Which parts are read as the text, which as the HTML, and which are attachments (RFC 8621 §4.1.4). */
export interface BodyParts {
  readonly text: readonly BodyPart[];
  readonly html: readonly BodyPart[];
  readonly attachments: readonly BodyPart[];
}

export function sortParts(root: BodyPart): BodyParts {
  const text: BodyPart[] = [];
  const html: BodyPart[] = [];
  const attachments: BodyPart[] = [];
  walk([root], 'mixed', false, text, html, attachments);
  return { text, html, attachments };
}

/** What a person finds below the text: the attachments, and pictures between paragraphs. */
export function listedParts({ text, html, attachments }: BodyParts): BodyPart[] {
  const embedded = [...html, ...text].filter(({ type }) => !type.startsWith('text/'));
  return [...new Set([...attachments, ...embedded])];
}

const isMedia = (type: string): boolean => /^(image|audio|video)\//.test(type);

/** The algorithm of RFC 8621 §4.1.4, word by word; null: parts of that kind are not collected here. */
function walk(
  parts: readonly BodyPart[],
  multipartType: string,
  inAlternative: boolean,
  textBody: BodyPart[] | null,
  htmlBody: BodyPart[] | null,
  attachments: BodyPart[],
): void {
  const textLength = textBody?.length ?? -1;
  const htmlLength = htmlBody?.length ?? -1;
  for (const [index, part] of parts.entries()) {
    const isBody =
      part.disposition !== 'attachment' &&
      (part.type === 'text/plain' || part.type === 'text/html' || isMedia(part.type)) &&
      (index === 0 || (multipartType !== 'related' && (isMedia(part.type) || part.name === null)));
    if (part.type.startsWith('multipart/')) {
      const subtype = part.type.slice(10);
      walk(part.parts, subtype, inAlternative || subtype === 'alternative', textBody, htmlBody, attachments);
    } else if (!isBody) attachments.push(part);
    else if (multipartType === 'alternative') {
      if (part.type === 'text/plain') textBody?.push(part);
      else if (part.type === 'text/html') htmlBody?.push(part);
      else attachments.push(part);
    } else {
      if (inAlternative && part.type === 'text/plain') htmlBody = null;
      if (inAlternative && part.type === 'text/html') textBody = null;
      textBody?.push(part);
      htmlBody?.push(part);
      if ((textBody === null || htmlBody === null) && isMedia(part.type)) attachments.push(part);
    }
  }
  if (multipartType !== 'alternative' || textBody === null || htmlBody === null) return;
  const [texts, htmls] = [textBody.length, htmlBody.length];
  if (textLength === texts && htmlLength !== htmls) textBody.push(...htmlBody.slice(htmlLength));
  if (htmlLength === htmls && textLength !== texts) htmlBody.push(...textBody.slice(textLength));
}
