import { Buffer } from 'node:buffer';

import { charsetDecoder } from './charsets';
import type { MimePart } from './parse-message';

/** The octets of a part without its transfer encoding: what its blob holds. */
export function decodeBody(part: MimePart): Buffer {
  if (part.encoding === 'base64') return Buffer.from(part.body.toString('latin1'), 'base64');
  if (part.encoding === 'quoted-printable') return decodeQuotedPrintable(part.body);
  return part.body;
}

/** A text part as a string, and whether its charset or encoding was at fault (`isEncodingProblem`). */
export function decodeText(part: MimePart): { text: string; isEncodingProblem: boolean } {
  const octets = decodeBody(part);
  const charset = part.typeParameters.get('charset') ?? 'us-ascii';
  const known = charsetDecoder(charset);
  const text = (known ?? new TextDecoder()).decode(octets);
  const encodingKnown = ['7bit', '8bit', 'binary', 'base64', 'quoted-printable'].includes(part.encoding);
  return {
    // RFC 8621 §4.1.4: line breaks of a body value are LF.
    text: text.replaceAll('\r\n', '\n'),
    isEncodingProblem: known === undefined || !encodingKnown || text.includes('\uFFFD'),
  };
}

function decodeQuotedPrintable(body: Buffer): Buffer {
  const latin1 = body
    .toString('latin1')
    .replace(/[ \t]+(?=\r?\n|$)/g, '')
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1');
}
