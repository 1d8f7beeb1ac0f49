import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { ancestorsOf, conversationOf } from '../../servers/generator/conversation';
import { message } from '../../servers/messages';

const total = 600;
const all = Array.from({ length: total }, (_, index) => message(index, { total }));

/** Header fields of a raw message, unfolded. */
function header(raw: Buffer, name: string): string | undefined {
  const [head = ''] = raw.toString('latin1').split('\r\n\r\n');
  const unfolded = head.replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: (.*)$`, 'im').exec(unfolded)?.[1];
}

describe('message', () => {
  it('is the same for the same index and seed, and another for another', () => {
    expect(message(42).raw.equals(message(42).raw)).toBe(true);
    expect(message(42, { seed: 2 }).raw.equals(message(42).raw)).toBe(false);
    expect(message(43).raw.equals(message(42).raw)).toBe(false);
  });

  it('refuses an index outside the mailbox', () => {
    expect(() => message(-1)).toThrow(RangeError);
    expect(() => message(10, { total: 10 })).toThrow(RangeError);
    expect(() => message(1.5)).toThrow(RangeError);
  });

  it('keeps to the line lengths of RFC 5322 and to CRLF', () => {
    for (const { raw } of all) {
      const lines = raw.toString('latin1').split('\r\n');
      expect(lines.some((line) => /[\r\n]/.test(line) || line.length > 998)).toBe(false);
    }
  });

  it('is read back by a MIME parser with its subject, sender and text', async () => {
    for (const [index, { raw }] of all.entries()) {
      const parsed = await PostalMime.parse(raw);
      const about = conversationOf(ancestorsOf(index, 1)[0] ?? index, 1);
      expect(parsed.subject).toContain(about.subject);
      expect(parsed.from?.address).toMatch(/^[^@]+@[^@]+\.(example|test)$/);
      expect(parsed.text ?? parsed.html).toContain(about.language.greeting);
    }
  });

  it('answers its parent: In-Reply-To and References name earlier messages of the conversation', () => {
    const known = new Set(all.map(({ raw }) => header(raw, 'Message-ID')));
    const replies = all.flatMap(({ raw }, index) => {
      const references = header(raw, 'References')?.split(' ') ?? [];
      if (references.length === 0) return [];
      expect(header(raw, 'In-Reply-To')).toBe(references.at(-1));
      for (const reference of references) {
        const earlier = Number(/^<m(\d+)\./.exec(reference)?.[1]);
        expect(earlier).toBeLessThan(index);
        expect(known).toContain(reference);
      }
      return [index];
    });
    expect(replies.length).toBeGreaterThan(total / 4);
  });

  it('brings all that a mailbox of real life holds', () => {
    const text = all.map(({ raw }) => raw.toString('latin1')).join('');
    const wanted = [
      'charset=iso-8859-1',
      'charset=koi8-r',
      'charset=iso-2022-jp',
      'multipart/related',
      'multipart/mixed',
      'multipart/alternative',
      'text/calendar',
      'Content-ID: <image',
      "filename*=UTF-8''",
      'List-Unsubscribe-Post',
      'diff --git',
      'dir=3D"rtl"',
      'https://track.shop.example/open/',
    ];
    expect(wanted.filter((part) => !text.includes(part))).toEqual([]);
    const flags = new Set(all.flatMap((one) => one.flags));
    expect([...flags].sort()).toEqual(['$Forwarded', '\\Answered', '\\Flagged', '\\Seen']);
    expect(all.some((one) => !one.flags.includes('\\Seen'))).toBe(true);
    expect(all.every((one, index) => index === 0 || one.date > (all[index - 1]?.date ?? one.date))).toBe(true);
  });
});
