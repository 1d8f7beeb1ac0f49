import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isolate, lineLength, oneLine } from '../../../../src/views/format/text';

describe('oneLine', () => {
  it('makes one line of any white space and control characters', () => {
    expect(oneLine('  a\r\n\tb\u0000\u0007 c\u2028d\u0085 ')).toBe('a b c d');
  });

  it('drops what overrides the reading direction', () => {
    expect(oneLine('invoice\u202efdp.exe\u2066\u200f')).toBe('invoicefdp.exe');
  });

  it('cuts a subject of 10 MB with an ellipsis', () => {
    const cut = oneLine('x'.repeat(10 << 20));
    expect(cut).toHaveLength(lineLength);
    expect(cut.endsWith('x…')).toBe(true);
  });

  it('does not cut a character in two', () => {
    expect(oneLine('😀'.repeat(200), 10)).toBe(`${'😀'.repeat(4)}…`);
  });

  it('shows half characters as such', () => {
    expect(oneLine('a\ud83db')).toBe('a\ufffdb');
  });

  it('gives a bounded, well-formed single line for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), fc.integer({ min: 2, max: 300 }), (text, length) => {
        const line = oneLine(text, length);
        expect(line.length).toBeLessThanOrEqual(length);
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\p{Surrogate}]/u);
      }),
    );
  });
});

describe('isolate', () => {
  it('wraps right-to-left text, so that it does not turn around its neighbours', () => {
    expect(isolate('שלום')).toBe('\u2068שלום\u2069');
    expect(isolate('مرحبا')).toBe('\u2068مرحبا\u2069');
  });

  it('leaves other text alone', () => {
    expect(isolate('Grüße, 你好')).toBe('Grüße, 你好');
  });
});
