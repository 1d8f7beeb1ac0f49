import { Buffer } from 'node:buffer';

import { parseParameters, type ParametrizedValue } from './parameters';

/** One header field as it stands: the value keeps its folding and leading space (RFC 8621 §4.1.2.1). */
export type HeaderField = { name: string; value: string };

/** A part of a message: where its bytes are, and what its header says of them. */
export type MimePart = {
  /** `1`, `1.2` …; null for a multipart, which has no body of its own (RFC 8621 §4.1.4). */
  partId: string | null;
  headers: HeaderField[];
  /** Lowercase, `text/plain` if the header says none. */
  type: string;
  typeParameters: ParametrizedValue['parameters'];
  disposition: ParametrizedValue | null;
  /** Lowercase Content-Transfer-Encoding. */
  encoding: string;
  /** The undecoded body. */
  body: Buffer;
  children: MimePart[];
};

const MAX_DEPTH = 50;

/** The MIME tree of a message. Never throws: what cannot be understood is a text part. */
export function parseMessage(raw: Buffer): MimePart {
  return parsePart(raw, raw.toString('latin1'), 0, raw.length, '', 'text/plain', 0);
}

/** The fields of the header at the start of a message; does not look at the body. */
export function parseHeader(raw: Buffer): HeaderField[] {
  return splitHeader(raw.subarray(0, bodyStart(raw.toString('latin1', 0, raw.length), 0, raw.length)));
}

/** The first field of that name, as it stands. */
export function firstHeader(headers: HeaderField[], name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find((field) => field.name.toLowerCase() === wanted)?.value;
}

function parsePart(
  raw: Buffer,
  text: string,
  start: number,
  end: number,
  number: string,
  defaultType: string,
  depth: number,
): MimePart {
  const body = bodyStart(text, start, end);
  const headers = splitHeader(raw.subarray(start, body));
  const contentType = parseParameters(firstHeader(headers, 'Content-Type') ?? '');
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(contentType.value) ? contentType.value.toLowerCase() : defaultType;
  const disposition = firstHeader(headers, 'Content-Disposition');
  const part: MimePart = {
    partId: number === '' ? '1' : number,
    headers,
    type,
    typeParameters: contentType.parameters,
    disposition: disposition === undefined ? null : parseParameters(disposition),
    encoding: (firstHeader(headers, 'Content-Transfer-Encoding') ?? '7bit').trim().toLowerCase(),
    body: raw.subarray(body, end),
    children: [],
  };
  const boundary = contentType.parameters.get('boundary');
  if (type.startsWith('multipart/') && boundary !== undefined && boundary !== '' && depth < MAX_DEPTH) {
    part.partId = null;
    const childDefault = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
    part.children = splitMultipart(text, body, end, boundary).map(([from, to], index) =>
      parsePart(
        raw,
        text,
        from,
        to,
        number === '' ? `${index + 1}` : `${number}.${index + 1}`,
        childDefault,
        depth + 1,
      ),
    );
  }
  return part;
}

/** Where the body begins: behind the first empty line. */
function bodyStart(text: string, start: number, end: number): number {
  if (text.startsWith('\r\n', start)) return start + 2;
  if (text.startsWith('\n', start)) return start + 1;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) {
    if (text.startsWith('\r\n', at + 1)) return Math.min(at + 3, end);
    if (text.startsWith('\n', at + 1)) return Math.min(at + 2, end);
  }
  return end;
}

function splitHeader(bytes: Buffer): HeaderField[] {
  const fields: HeaderField[] = [];
  // Buffer's decoder puts U+FFFD for what is not UTF-8, as RFC 8621 §4.1.2.1 asks for.
  for (const line of bytes
    .toString('utf8')
    .replaceAll('\0', '')
    .split(/\r?\n(?![ \t])/)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.push({ name: line.slice(0, colon).trimEnd(), value: line.slice(colon + 1) });
  }
  return fields;
}

/** The ranges of the parts between the delimiters; the line break before a delimiter belongs to it (RFC 2046 §5.1.1). */
function splitMultipart(text: string, start: number, end: number, boundary: string): [number, number][] {
  const ranges: [number, number][] = [];
  const delimiter = `--${boundary}`;
  let open: number | undefined;
  for (let at = text.indexOf(delimiter, start); at !== -1 && at < end; at = text.indexOf(delimiter, at + 1)) {
    if (at !== start && text[at - 1] !== '\n') continue;
    const after = at + delimiter.length;
    const rest = /^(--)?[ \t]*(?:\r?\n|$)/.exec(text.slice(after, Math.min(after + 80, end)));
    if (rest === null) continue;
    if (open !== undefined) ranges.push([open, Math.max(open, beforeLineBreak(text, at))]);
    open = after + rest[0].length;
    if (rest[1] === '--') return ranges;
  }
  // A message that was cut has no closing delimiter: its last part goes to the end.
  if (open !== undefined && open < end) ranges.push([open, end]);
  return ranges;
}

function beforeLineBreak(text: string, at: number): number {
  if (text[at - 1] !== '\n') return at;
  return text[at - 2] === '\r' ? at - 2 : at - 1;
}
