import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkRuns, parseTextBody } from '../../../src/views/reader/webview/text-body';

const parse = (text: string) => parseTextBody(text, { characters: 1e6, blocks: 1e4 });
const kinds = (text: string) => parse(text).blocks.map(({ kind }) => kind);

describe('parseTextBody', () => {
  it('takes neighbouring lines of one kind as one block', () => {
    expect(parse('a\nb\n\nc').blocks).toEqual([{ kind: 'text', text: 'a\nb\n\nc' }]);
  });

  it('counts quoting levels in every style, and takes the marks away', () => {
    expect(parse('> one\n> > two\n>> two\n>three').blocks).toEqual([
      {
        kind: 'quote',
        parts: [
          { level: 1, text: 'one' },
          { level: 2, text: 'two\ntwo' },
          { level: 1, text: 'three' },
        ],
        lines: 4,
        trailing: true,
      },
    ]);
  });

  it('only the quote after which nothing follows is history', () => {
    const trailing = parse('> a\nanswer\n> b\n\n-- \nme').blocks.map(
      (block) => block.kind === 'quote' && block.trailing,
    );
    expect(trailing).toEqual([false, false, true, false, false].slice(0, trailing.length));
    expect(kinds('> a\nanswer\n> b\n\n-- \nme')).toEqual(['quote', 'text', 'quote', 'text', 'signature']);
  });

  it('a signature ends where a quote below it begins', () => {
    expect(kinds('hi\n-- \nme\n> old')).toEqual(['text', 'signature', 'quote']);
  });

  it('"-- " is a signature, a rule of dashes is not', () => {
    expect(kinds('a\n--\nb\n-----\nc')).toEqual(['text']);
  });

  it('knows the lines of a patch, and its end', () => {
    const patch =
      'why\n---\n a.c | 2 +-\n\ndiff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-old\n+new\n same\n-- \n2.44';
    const { blocks, isPatch } = parse(patch);
    expect(isPatch).toBe(true);
    expect(blocks.map((block) => (block.kind === 'patch' ? block.line : block.kind))).toEqual([
      'text',
      'file',
      'hunk',
      'removed',
      'added',
      'context',
      'signature',
    ]);
  });

  it('a list with + and - is no patch', () => {
    expect(parse('+ good\n- bad\n')).toMatchObject({ isPatch: false, blocks: [{ kind: 'text' }] });
  });

  it('stops at its limits and says how much is left', () => {
    const byBlocks = parseTextBody('> a\nb\n'.repeat(1000), { characters: 1e6, blocks: 10 });
    expect(byBlocks.blocks).toHaveLength(10);
    expect(byBlocks.rest).toBe(6000 - 30);
    const byLength = parseTextBody('x'.repeat(1000), { characters: 100, blocks: 10 });
    expect(byLength.blocks).toEqual([{ kind: 'text', text: 'x'.repeat(100) }]);
    expect(byLength.rest).toBe(900);
  });

  it('loses no line, whatever the text', () => {
    const line = fc.constantFrom('a', '> q', '>> q', '', '-- ', 'diff --git a/x b/x', '@@ -1 +1 @@', '+p', '-m', ' c');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const shown = parse(lines.join('\n')).blocks.flatMap((block) =>
          block.kind === 'quote' ? block.parts.flatMap(({ text }) => text.split('\n')) : block.text.split('\n'),
        );
        expect(shown.map((text) => text.replace(/^(?:>\s?)+/, ''))).toEqual(
          (lines.join('\n') === '' ? [] : lines.at(-1) === '' ? lines.slice(0, -1) : lines).map((text) =>
            text.replace(/^(?:>\s?)+/, ''),
          ),
        );
      }),
    );
  });
});

describe('linkRuns', () => {
  const links = (text: string) => linkRuns(text).flatMap(({ href }) => href ?? []);

  it.each([
    ['see https://example.org/a_(b).', ['https://example.org/a_(b)']],
    ['(https://example.org/a)', ['https://example.org/a']],
    ['<https://example.org/?a=1&b=2>', ['https://example.org/?a=1&b=2']],
    ['www.example.org, and more', ['https://www.example.org']],
    ['Ana <ana@example.org>;', ['mailto:ana@example.org']],
    ['mailto:ana@example.org', ['mailto:ana@example.org']],
    ['"https://example.org/“', ['https://example.org/“']],
    ['a@b and 1.2.3 and e.g.this', []],
    ['javascript:alert(1) file:///x', []],
    ['https://', []],
  ])('%j', (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  it('keeps every character of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (noise) => {
        const text = `${noise} https://example.org/${noise} ana@example.org`;
        expect(
          linkRuns(text)
            .map((run) => run.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('is not slow on what is almost a link', () => {
    for (const text of [
      'a@'.repeat(50_000),
      'www.'.repeat(50_000),
      `https://${')'.repeat(100_000)}`,
      `${'a.'.repeat(50_000)}@`,
    ]) {
      expect(
        linkRuns(text)
          .map((run) => run.text)
          .join(''),
      ).toBe(text);
    }
  });
});
