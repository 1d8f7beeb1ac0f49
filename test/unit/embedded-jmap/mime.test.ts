import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseAddresses } from '../../servers/embedded-jmap/mime/addresses';
import { decodeText } from '../../servers/embedded-jmap/mime/decode-body';
import { decodeEncodedWords } from '../../servers/embedded-jmap/mime/encoded-words';
import { headerDate, headerText } from '../../servers/embedded-jmap/mime/header-forms';
import { parseParameters } from '../../servers/embedded-jmap/mime/parameters';
import { firstHeader, parseMessage } from '../../servers/embedded-jmap/mime/parse-message';
import { htmlToText } from '../../servers/embedded-jmap/mime/preview';
import { formatAddresses, writeMessage } from '../../servers/embedded-jmap/mime/write-message';
import { encodeWords } from '../../servers/embedded-jmap/mime/encoded-words';
import { baseSubject } from '../../servers/embedded-jmap/store/threading';

/** Text of any script, with the letters that mean something in MIME more often than chance would have it. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('=', '?', ' ', '\t', '"', '\\', ',', ';', '<', '\n', '.', '-', 'ü', '🫖'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 300,
});

describe('MIME, written and read', () => {
  it('keeps any text', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, html) => {
        const children = [
          { type: 'text/plain', content: text },
          { type: 'text/html', content: html },
        ];
        const raw = writeMessage([['Subject', 'x']], { type: 'multipart/alternative', children });
        for (const line of raw.toString('latin1').split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
        const read = parseMessage(raw).children.map((part) => decodeText(part).text);
        const asSent = (content: string) => content.replace(/\r\n/g, '\n');
        expect(read).toEqual([asSent(text), asSent(html)]);
      }),
    );
  });

  it('keeps any name and any subject', () => {
    const line = anyText.map((text) =>
      text
        .replace(/[\p{Cc}\s]+/gu, ' ')
        .trim()
        .normalize('NFC'),
    );
    fc.assert(
      fc.property(line, line, (name, subject) => {
        const from = { name: name === '' ? null : name, email: 'a@example.test' };
        const raw = writeMessage(
          [
            ['From', formatAddresses([from, from])],
            ['Subject', encodeWords(subject)],
          ],
          { type: 'text/plain', content: '' },
        );
        const { headers } = parseMessage(raw);
        const names = parseAddresses(firstHeader(headers, 'From') ?? '').map(
          (address) => address.name?.normalize('NFC') ?? null,
        );
        expect(names).toEqual([from.name, from.name]);
        expect(headerText(firstHeader(headers, 'Subject') ?? '')).toBe(subject);
      }),
    );
  });

  it('never throws, whatever comes', () => {
    const piece = fc.constantFrom(
      'Content-Type: multipart/mixed; boundary=b',
      '--b',
      '--b--',
      '',
      'a: b',
      '=?utf-8?b?',
      '(((',
      '"',
      'text',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (lines) => {
        const part = parseMessage(Buffer.from(lines.join('\r\n')));
        for (const { value } of part.headers) {
          parseAddresses(value);
          parseParameters(value);
          headerDate(value);
          headerText(value);
        }
      }),
    );
  });
});

describe('the small print of headers', () => {
  it('joins encoded words, also through the middle of a letter', () => {
    expect(decodeEncodedWords('=?utf-8?b?w6TD?= =?utf-8?b?tg==?= b')).toBe('äö b');
    expect(decodeEncodedWords('a =?utf-8?q?b=5F_c?= d =?klingon?q?x?=')).toBe('a b_ c d =?klingon?q?x?=');
  });

  it('reads continued, encoded and badly encoded parameters (RFC 2231)', () => {
    const name = (field: string) => parseParameters(field).parameters.get('filename');
    expect(name("attachment; filename*0*=utf-8''na%C3%AF; filename*1=ve.txt")).toBe('naïve.txt');
    expect(name('attachment; filename="=?utf-8?q?na=C3=AFve?=.txt"')).toBe('naïve.txt');
    expect(name('attachment; filename="a\\"b;c.txt"; x=y')).toBe('a"b;c.txt');
  });

  it('knows the base of a subject (RFC 5256 §2.1)', () => {
    expect(baseSubject('Re: AW: [list] Fwd: Re[2]: Tea  time (fwd)')).toBe('teatime');
    expect(baseSubject('[only a tag]')).toBe('[onlyatag]');
  });

  it('makes text of HTML without its hidden parts', () => {
    expect(htmlToText('<style>p{}</style><p>a&amp;b&#33;<!-- no --><script>no()</script>').trim()).toBe('a&b!');
  });
});
