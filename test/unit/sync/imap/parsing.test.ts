import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseSubject } from '../../../../src/model/threading';
import { parseStructure, sortParts } from '../../../../src/sync/imap/body-structure';
import { decodeCharset, decodeTransfer } from '../../../../src/sync/imap/decode-part';
import { flagOf, keywordsOf } from '../../../../src/sync/imap/flags';
import {
  addressField,
  dateField,
  messageIdField,
  parsedAddresses,
  parseHeader,
  textField,
} from '../../../../src/sync/imap/header-fields';
import { decodeName } from '../../../../src/sync/imap/mailbox-path';
import { assignRoles, type Listed } from '../../../../src/sync/imap/roles';
import { expandUidSet, fittingParts, formatUidSet } from '../../../../src/sync/imap/uid-set';

describe('UID sets', () => {
  it('say every number once, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 })), (uids) => {
        expect(expandUidSet(formatUidSet(uids))).toEqual([...new Set(uids)].sort((a, b) => a - b));
      }),
    );
  });

  it('S18: are read in either direction, without what makes no sense, and never without end', () => {
    expect(expandUidSet('9:7,x,0,4')).toEqual([7, 8, 9, 4]);
    expect(expandUidSet('1:4294967295')).toBeNull();
  });
});

describe('names', () => {
  it('S24: are decoded from modified UTF-7; what is none stays', () => {
    expect(decodeName('Entw&APw-rfe')).toBe('Entwürfe');
    expect(decodeName('&ZeVnLIqe- &- co')).toBe('日本語 & co');
    expect(decodeName('R&D')).toBe('R&D');
    expect(decodeName('a&AAA')).toBe('a&AAA');
  });

  const listed = (path: string, ...attributes: string[]): Listed => ({
    path,
    name: path.split('/').at(-1) ?? path,
    attributes: new Set(attributes),
    depth: path.split('/').length - 1,
  });

  it('S24: give roles where the server gives none, and only there', () => {
    const roles = assignRoles(
      ['INBOX', 'Gesendet', 'Papierkorb', 'Entwürfe', 'Spam', 'Archiv', 'Projekte/Trash'].map((path) => listed(path)),
    );
    expect(Object.fromEntries(roles)).toEqual({
      INBOX: 'inbox',
      Gesendet: 'sent',
      Papierkorb: 'trash',
      Entwürfe: 'drafts',
      Spam: 'junk',
      Archiv: 'archive',
    });
    const told = assignRoles([listed('Trash'), listed('Bin', '\\trash'), listed('Sent', '\\sent')]);
    expect(Object.fromEntries(told)).toEqual({ Bin: 'trash', Sent: 'sent' });
  });
});

describe('headers', () => {
  const fields = parseHeader(
    Buffer.from(
      [
        'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
        ' =?utf-8?Q?_und_mehr?=',
        'From: "M\u00fcller, J." <j@example.test>, Team: a@example.test, b@example.test;',
        'Message-ID:',
        ' <one@example.test>',
        'References: <a@x> (see) <b@x>\t<c@x>',
        'Date: Mon, 2 Nov 2026 10:00:00 +0100 (CET)',
        'no colon here',
        '',
      ].join('\r\n'),
    ),
  );

  it('are unfolded and decoded', () => {
    expect(textField(fields, 'subject')).toBe('Grüße und mehr');
    expect(addressField(fields, 'from')).toEqual([
      { name: 'Müller, J.', email: 'j@example.test' },
      { name: null, email: 'a@example.test' },
      { name: null, email: 'b@example.test' },
    ]);
    expect(messageIdField(fields, 'message-id')).toEqual(['one@example.test']);
    expect(messageIdField(fields, 'references')).toEqual(['a@x', 'b@x', 'c@x']);
    expect(dateField(fields, 'date')).toBe(Date.UTC(2026, 10, 2, 9));
  });

  it('that make no sense are empty, and no octets throw', () => {
    expect(dateField(parseHeader(Buffer.from('Date: yesterday\r\n')), 'date')).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        const parsed = parseHeader(
          Buffer.concat([Buffer.from('Subject: '), octets, Buffer.from('\r\nFrom: '), octets]),
        );
        expect(textField(parsed, 'subject')).not.toContain('\0');
        expect(Array.isArray(addressField(parsed, 'from'))).toBe(true);
      }),
    );
  });

  it('have addresses that are read the same at once and by the parser', () => {
    const words = fc
      .array(fc.stringMatching(/^[\w.,'"()=?:;\\@ü-]{1,8}$/), { maxLength: 3 })
      .map((list) => list.join(' '));
    const name = fc.oneof(
      fc.constantFrom('', 'Bob ', "Eve O'Neil-Smith ", '"Smith, J. R." ', 'J. R. ', '"" ', 'a@b ', '"a@b" '),
      words,
    );
    const email = fc.constantFrom('<a@b>', '<a.b+c@d-e.example>', 'a@b', '<>', '<a@b', '<a b@c>', '<a@b.>', '<@b>');
    const separator = fc.constantFrom(', ', ',', ' , ', '; ', ' ', ',,', ', , ');
    const list = fc.array(fc.tuple(name, email, separator), { maxLength: 4 });
    fc.assert(
      fc.property(list, fc.boolean(), (parts, isClosed) => {
        const text = parts
          .flat()
          .slice(0, isClosed ? -1 : undefined)
          .join('');
        expect(addressField(new Map([['from', text]]), 'from')).toEqual(text === '' ? [] : parsedAddresses(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('have a base subject, whatever the language of the replies', () => {
    for (const subject of [
      'Re: Fwd: [list] Plan',
      'AW: WG: Plan',
      'Re[2]: plan (fwd)',
      '[Fwd: Plan]',
      'Antw: Re: Plan',
    ])
      expect(baseSubject(subject)).toBe('plan');
    expect(baseSubject('[list]')).toBe('[list]');
    expect(baseSubject('Regarding it')).toBe('regarding it');
  });
});

describe('flags', () => {
  it('are keywords and back', () => {
    const flags = ['\\Seen', '\\Flagged', '\\Answered', '\\Draft', '$Forwarded', '\\Recent', 'Work'];
    const keywords = keywordsOf(flags);
    expect(keywords).toEqual(['$seen', '$flagged', '$answered', '$draft', '$forwarded', 'work']);
    expect(keywords.map(flagOf)).toEqual(['\\Seen', '\\Flagged', '\\Answered', '\\Draft', '$forwarded', 'work']);
    expect(flagOf('not an atom')).toBeNull();
    expect(flagOf('über')).toBeNull();
  });
});

describe('parts', () => {
  it('are decoded, damaged ones as far as they can be', () => {
    const octets = decodeTransfer(Buffer.from('Gr=FC=DFe=\r\n =3D=Z'), 'quoted-printable');
    expect(decodeCharset(octets, 'ISO-8859-1')).toBe('Grüße ==Z');
    expect(decodeTransfer(Buffer.from('aGVs\r\nbG8='), 'base64').toString()).toBe('hello');
    expect(decodeCharset(Buffer.from([0xfc]), 'no-such-charset')).not.toBe('');
    expect(decodeCharset(Buffer.from('日本'), null)).toBe('日本');
  });

  it('are sorted as RFC 8621 says, and nothing a server sends throws', () => {
    const text = (value: string) => ({ type: 'STRING', value });
    const part = (type: string, subtype: string) => [
      text(type),
      text(subtype),
      null,
      null,
      null,
      text('7BIT'),
      text('10'),
    ];
    const alternative = [part('text', 'plain'), part('text', 'html'), text('alternative')];
    const root = parseStructure([alternative, part('application', 'pdf'), text('mixed')]);
    if (root === null) throw new Error('no structure');
    const { text: plain, html, attachments } = sortParts(root);
    expect([plain, html, attachments].map((list) => list.map(({ path }) => path))).toEqual([['1.1'], ['1.2'], ['2']]);
    const node = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constant(null),
        fc.record({ type: fc.constant('STRING'), value: fc.string() }),
        fc.array(tie('node'), { maxLength: 4 }),
      ),
    })).node;
    fc.assert(
      fc.property(node, (tree) => {
        const parsed = parseStructure(tree as Parameters<typeof parseStructure>[0]);
        if (parsed !== null) sortParts(parsed);
      }),
    );
  });
});

describe('sets that fit into a command', () => {
  it.each([
    ['far apart', (index: number) => 4_000_000_000 + index * 2],
    ['in a row', (index: number) => 1 + index],
    ['in pairs', (index: number) => 3_999_000_000 + index + Math.floor(index / 2)],
    ['in groups', (index: number) => 10 + index * (index % 7 === 0 ? 1000 : 1)],
  ])('hold each number once, and are no more than needed: %s', (_name, uidAt) => {
    const uids = Array.from({ length: 5000 }, (_, index) => uidAt(index));
    const sets = fittingParts(uids, (uid) => uid).map(formatUidSet);
    expect(Math.max(...sets.map((set) => set.length))).toBeLessThanOrEqual(6000);
    expect(sets.length).toBeLessThanOrEqual(Math.ceil(formatUidSet(uids).length / 5900));
    expect(sets.flatMap((set) => expandUidSet(set) ?? [])).toEqual([...new Set(uids)].sort((a, b) => a - b));
  });

  it('are none for nothing', () => {
    expect(fittingParts([], () => 1)).toEqual([]);
  });
});
