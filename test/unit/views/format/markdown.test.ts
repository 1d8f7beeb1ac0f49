import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeMarkdown } from '../../../../src/views/format/markdown';

const decode = (markdown: string): string =>
  markdown.replace(/&#(\d+);/g, (_reference, code: string) => String.fromCharCode(Number(code)));

describe('escapeMarkdown', () => {
  it('leaves no sign that Markdown, HTML, autolinks or icons could be made of', () => {
    const hostile =
      '[x](command:evil) <img src=x> **b** `c` $(alert) https://e.example www.e.example a@b.example ![](x)';
    expect(escapeMarkdown(hostile)).not.toMatch(/[[\]()<>*`$:/.@!]/);
  });

  it('shows exactly the text, of anything', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 150 }), (text) => {
        const escaped = escapeMarkdown(text);
        expect(decode(escaped)).toBe(text.replace(/\s+/g, ' ').trim());
        expect(escaped.replace(/&#\d+;/g, '')).toMatch(/^[\p{L}\p{N} ]*$/u);
      }),
    );
  });

  it('makes one short paragraph of many lines', () => {
    expect(escapeMarkdown('a\n\n# b', 100)).toBe('a &#35; b');
    expect(escapeMarkdown('x'.repeat(1000), 10)).toBe('xxxxxxxxx…');
  });
});
