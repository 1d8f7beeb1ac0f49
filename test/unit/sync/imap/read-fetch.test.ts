import fc from 'fast-check';
import parseByImapFlow from 'imapflow/lib/handler/imap-parser.js';
import { describe, expect, it } from 'vitest';
import type { ImapNode, ImapResponse } from '../../../../src/sync/imap/attributes';
import { createFetchReader } from '../../../../src/sync/imap/read-fetch';

const read = createFetchReader();

interface Line {
  readonly name: string;
  readonly payload: Buffer;
  readonly literals: readonly Buffer[];
}
const lineOf = (text: string, ...literals: string[]): Line => ({
  name: text.slice(0, 70),
  payload: Buffer.from(text),
  literals: literals.map((literal) => Buffer.from(literal)),
});

async function byImapFlow({ payload, literals }: Line): Promise<ImapResponse> {
  return (await parseByImapFlow(payload, { literals: [...literals] })) as unknown as ImapResponse;
}

/** Without the types: imapflow calls digits a sequence, and nobody asks. */
function values(node: ImapNode | undefined): unknown {
  if (node === null || node === undefined) return null;
  if ('map' in node) return node.map(values);
  const { value, section, partial } = node;
  return { value: Buffer.isBuffer(value) ? value.toString('hex') : value, section: section?.map(values), partial };
}
const tree = ({ command, attributes = [] }: ImapResponse) => ({ command, attributes: attributes.map(values) });

describe('FETCH responses', () => {
  it.each([
    lineOf('* 1 FETCH (UID 7 FLAGS (\\Seen $Forwarded Project-X) INTERNALDATE " 2-Nov-2026 10:00:00 +0000")'),
    lineOf('* 4294967295 FETCH (UID 7 MODSEQ (12121231000))'),
    lineOf('* 2 FETCH (UID 8 RFC822.SIZE 345 BODY[HEADER.FIELDS (DATE FROM)] {5}\r\n FLAGS ())', 'a: b\n'),
    lineOf('* 3 FETCH (uid 9 body[1.2]<0> {3}\r\n BODY[] {0}\r\n BODY[1] NIL BODY[2] nil)', 'a(b', ''),
    lineOf('* 4 FETCH (BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 12 1)("a" "b" NIL) "mixed"))'),
    lineOf(
      '* 5 FETCH (BODYSTRUCTURE ("text" "plain" ("name" "a \\"b\\" \\\\ ü.txt" "x" "(\\\\)") NIL "" "7bit" 12 1))',
    ),
    lineOf(
      '* 6 FETCH (EMAILID (M6d99ac3275bb4e) THREADID (T64b478a75b7ea9) X-GM-MSGID 1278455344230334865 PREVIEW "")',
    ),
  ])('are read as imapflow reads them: $name', async (line) => {
    const ours = read(line.payload, line.literals);
    expect(ours).not.toBeNull();
    expect(ours && tree(ours)).toEqual(tree(await byImapFlow(line)));
  });

  it.each([
    lineOf('* OK done'),
    lineOf('* 5 EXISTS'),
    lineOf('* 5 fetch (UID 5)'),
    lineOf('\0* 5 FETCH (UID 5)'),
    lineOf('* 5 FETCH (UID 5) '),
    lineOf('* 5 FETCH (UID 5))'),
    lineOf('* 5 FETCH (UID 5'),
    lineOf('* 5 FETCH (UID "5)'),
    lineOf('* 5 FETCH (UID "5\\")'),
    lineOf('* 5 FETCH (UID "5"6)'),
    lineOf('* 5 FETCH (FLAGS (a]b {c))'),
    lineOf('* 5 FETCH (BODY[1 {3}\r\n)', 'abc'),
    lineOf('* 5 FETCH (BODY[1] {4}\r\n)', 'abc'),
    lineOf('* 5 FETCH (BODY[1] {3}\r\n)'),
    lineOf('* 5 FETCH (BODY[1] {3}\r\n)', 'abc', 'def'),
    lineOf('* 5 FETCH (BINARY[1] ~{3}\r\n)', 'abc'),
    lineOf('* 5 FETCH (BODY[HEADER.FIELDS ("]")] {3}\r\n)', 'abc'),
    lineOf(`* 5 FETCH (BODYSTRUCTURE ${'('.repeat(90)}NIL${')'.repeat(90)})`),
    lineOf(`* 5 FETCH (PREVIEW "${'a'.repeat(1_000_001)}")`),
  ])('that are odd are left to imapflow: $name', (line) => {
    expect(read(line.payload, line.literals)).toBeNull();
  });

  type Written = string | { readonly literal: string } | { readonly list: readonly Written[] };
  const name = fc.constantFrom(
    'UID',
    'FLAGS',
    'BODYSTRUCTURE',
    'BODY[1]<0>',
    'BODY[HEADER.FIELDS (A B-C)]',
    'NIL',
    '17',
  );
  const flag = fc.stringMatching(/^[\\$A-Za-z][A-Za-z0-9_.+:-]{0,9}$/);
  const quoted = fc
    .string({ unit: fc.constantFrom(...Array.from('aZ09 ()[]{}<>%*\\"=?.,ü日~\t')), maxLength: 20 })
    .map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`);
  const literal = fc
    .string({ unit: fc.constantFrom(...Array.from('ab ()"\r\n{}\\é')), maxLength: 20 })
    .map((text) => ({ literal: text }));
  const { item } = fc.letrec<{ item: Written }>((tie) => ({
    item: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(name, flag, quoted, literal),
      fc.record({ list: fc.array(tie('item'), { maxLength: 5 }) }),
    ),
  }));
  function write(node: Written, literals: Buffer[]): string {
    if (typeof node === 'string') return node;
    if ('list' in node) return `(${node.list.map((child) => write(child, literals)).join(' ')})`;
    const octets = Buffer.from(node.literal);
    literals.push(octets);
    return `{${octets.length}}\r\n`;
  }
  const line = fc.array(item, { maxLength: 8 }).map((list): Line => {
    const literals: Buffer[] = [];
    return { ...lineOf(`* 12 FETCH ${write({ list }, literals)}`), literals };
  });

  it('whatever is in them, are read as imapflow reads them', async () => {
    await fc.assert(
      fc.asyncProperty(line, async (given) => {
        const ours = read(given.payload, given.literals);
        expect(ours).not.toBeNull();
        expect(ours && tree(ours)).toEqual(tree(await byImapFlow(given)));
      }),
    );
  });

  it('that are damaged are read as imapflow reads them, or left to it', async () => {
    const damage = fc.record({
      at: fc.nat(),
      by: fc.constantFrom('', '(', ')', '"', ' ', '[', ']', '\\', '{', 'x', '\0'),
    });
    let left = 0;
    await fc.assert(
      fc.asyncProperty(line, damage, async ({ payload, literals }, { at, by }) => {
        const text = payload.toString();
        const from = 12 + (at % (text.length - 12));
        const damaged = lineOf(text.slice(0, from) + by + text.slice(from + 1));
        const ours = read(damaged.payload, literals);
        if (ours === null) left += 1;
        else expect(tree(ours)).toEqual(tree(await byImapFlow({ ...damaged, literals })));
      }),
      { numRuns: 1000 },
    );
    expect(left).toBeGreaterThan(0);
  });
});
