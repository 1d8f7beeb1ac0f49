import { createHash } from 'node:crypto';

import { encodeWords } from '../../test/servers/embedded-jmap/mime/encoded-words';
import { formatAddresses, writeMessage, type PartToWrite } from '../../test/servers/embedded-jmap/mime/write-message';

export type Person = { name: string; email: string };

/** What one sends: everything that a message of the demo is made of. */
export type Letter = {
  from: Person;
  to: Person[];
  cc?: Person[];
  subject: string;
  date: Date;
  /** Without angle brackets; from subject, sender and `key` if none is given. */
  messageId?: string;
  /** The ids of the thread so far, oldest first. */
  references?: string[];
  text?: string;
  /** `format=flowed` for the text (RFC 3676). */
  flowed?: boolean;
  html?: string;
  /** Shown by `cid:` in the HTML. */
  images?: { cid: string; name: string; png: Buffer }[];
  attachments?: { name: string; type: string; content: Buffer | string }[];
  /** Further header fields; the values are encoded where they need it. */
  headers?: [name: string, value: string][];
};

/** The message id that a letter gets if it names none: the same on every run. */
export function messageIdOf({ messageId, subject, from, date }: Letter): string {
  if (messageId !== undefined) return messageId;
  const [, domain = 'example.test'] = from.email.split('@');
  const hash = createHash('sha1').update(`${subject}\0${from.email}\0${date.toISOString()}`).digest('hex');
  return `${hash.slice(0, 16)}@${domain}`;
}

/** The octets of a letter. */
export function writeLetter(letter: Letter): Buffer {
  const { from, to, cc = [], subject, date, references = [], headers = [] } = letter;
  const parent = references.at(-1);
  const fields: [string, string][] = [
    ['From', formatAddresses([from])],
    ['To', formatAddresses(to)],
    ...(cc.length === 0 ? [] : ([['Cc', formatAddresses(cc)]] as [string, string][])),
    ['Subject', encodeWords(subject)],
    ['Date', date.toUTCString().replace('GMT', '+0000')],
    ['Message-ID', `<${messageIdOf(letter)}>`],
    ...(parent === undefined ? [] : ([['In-Reply-To', `<${parent}>`]] as [string, string][])),
    ...(references.length === 0
      ? []
      : ([['References', references.map((id) => `<${id}>`).join(' ')]] as [string, string][])),
    ...headers.map(([name, value]): [string, string] => [name, encodeWords(value)]),
  ];
  return writeMessage(fields, bodyOf(letter));
}

function bodyOf({ text, flowed, html, images = [], attachments = [] }: Letter): PartToWrite {
  const plain: PartToWrite = {
    type: flowed === true ? 'text/plain; format=flowed' : 'text/plain',
    content: text ?? '',
  };
  const rich: PartToWrite | undefined = html === undefined ? undefined : withImages(html, images);
  const alternatives = [
    ...(text === undefined && rich !== undefined ? [] : [plain]),
    ...(rich === undefined ? [] : [rich]),
  ];
  const body = group('multipart/alternative', alternatives);
  const files = attachments.map(({ name, type, content }): PartToWrite => ({
    type,
    content,
    name,
    disposition: 'attachment',
  }));
  return group('multipart/mixed', [body, ...files]);
}

function withImages(html: string, images: { cid: string; name: string; png: Buffer }[]): PartToWrite {
  const parts = images.map(({ cid, name, png }): PartToWrite => ({
    type: 'image/png',
    content: png,
    name,
    cid,
    disposition: 'inline',
  }));
  return group('multipart/related', [{ type: 'text/html', content: html }, ...parts]);
}

function group(type: string, children: PartToWrite[]): PartToWrite {
  const [only] = children;
  return children.length === 1 && only !== undefined ? only : { type, children };
}
