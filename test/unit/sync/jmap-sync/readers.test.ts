import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainPreview } from '../../../../src/mail/preview';
import { listProperties, readEmailItem, toServerEmail } from '../../../../src/sync/jmap/email-item';
import { isWholeMailbox, readCounts, readMailboxItem } from '../../../../src/sync/jmap/mailbox-item';

const mailboxProperties = [
  'id',
  'name',
  'parentId',
  'role',
  'sortOrder',
  'isSubscribed',
  'totalEmails',
  'unreadEmails',
  'myRights',
];

/** Any JSON: also what our properties may hold by mistake, malice or another standard. */
const json = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('\0', '\uD800', 'a\0b\uDC00', '__proto__', 'constructor', 1e308, -1, 1e-300, Number.MAX_VALUE),
);
function record(properties: readonly string[]): fc.Arbitrary<unknown> {
  const some = fc.record(Object.fromEntries(properties.map((name) => [name, json])), { requiredKeys: [] });
  const withId = fc.tuple(some, fc.stringMatching(/^[\w-]{1,20}$/)).map(([item, id]) => ({ ...item, id }));
  return fc.oneof({ weight: 4, arbitrary: withId }, some, json);
}
const runs = { numRuns: 1000 };

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

describe('readers of JMAP items', () => {
  it('take any JSON for a message, and what they make of it can be stored', () => {
    fc.assert(
      fc.property(record(listProperties), (candidate) => {
        const item = readEmailItem(candidate);
        if (item === null) return;
        const email = toServerEmail(item, new Set());
        const { from, sender, replyTo, to, cc, bcc } = email.addresses;
        const people = [from, sender, replyTo, to, cc, bcc].flat();
        const texts = [
          email.remoteId ?? '',
          email.blobId ?? '',
          email.remoteThreadId,
          email.subject,
          email.preview,
          ...email.messageId,
          ...email.inReplyTo,
          ...email.references,
          ...email.keywords,
          ...(item.mailboxIds ?? []),
          ...people.flatMap((person) => [person.name ?? '', person.email]),
        ];
        expect(texts.filter((text) => !isStorable(text))).toEqual([]);
        const numbers = [email.receivedAt, email.size, email.sentAt ?? 0];
        expect(numbers.filter((number) => !Number.isSafeInteger(number) || number < 0)).toEqual([]);
        // They are kept joined by spaces.
        expect([...email.keywords, ...email.messageId].filter((text) => text === '' || /\s/.test(text))).toEqual([]);
      }),
      runs,
    );
  });

  it('take any JSON for a mailbox', () => {
    fc.assert(
      fc.property(record(mailboxProperties), (candidate) => {
        isWholeMailbox(candidate);
        const counts = readCounts(candidate);
        for (const count of [counts?.totalEmails ?? 0, counts?.unreadEmails ?? 0]) {
          expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
        }
        const mailbox = readMailboxItem(candidate);
        if (mailbox === null) return;
        expect(isStorable(mailbox.name) && isStorable(mailbox.remoteId)).toBe(true);
        expect(Number.isFinite(mailbox.sortOrder)).toBe(true);
        expect(Number.isSafeInteger(mailbox.totalEmails) && Number.isSafeInteger(mailbox.unreadEmails)).toBe(true);
      }),
      runs,
    );
  });

  it('bound what a mail may say in a list', () => {
    const long = 'x'.repeat(10_000_000);
    const person = { name: long, email: long };
    const fields = {
      subject: long,
      preview: `<b${'<a'.repeat(5_000_000)}`,
      from: [person],
      references: Array(500).fill('r@x'),
    };
    const item = readEmailItem({ id: 'M1', keywords: { [long]: true, $seen: true }, ...fields });
    if (item === null) throw new Error('not read');
    const email = toServerEmail(item, new Set());
    expect(JSON.stringify(email).length).toBeLessThan(50_000);
    expect(email.keywords).toEqual(['$seen']);
    expect(email.references).toHaveLength(100);
  });

  it.each([
    ['0000-01-01T00:00:00Z', 0],
    ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31)],
    ['+275760-09-13T00:00:00Z', Date.UTC(9999, 11, 31)],
    ['2030-02-28T10:00:00Z', Date.UTC(2030, 1, 28, 10)],
    ['yesterday', null],
    [42, null],
  ])('make a date of %j that a list can sort by', (sentAt, expected) => {
    const item = readEmailItem({ id: 'M1', sentAt, receivedAt: sentAt });
    const email = item && toServerEmail(item, new Set());
    expect(email?.sentAt).toBe(expected);
    expect(email?.receivedAt).toBe(expected ?? 0);
  });
});

describe('plainPreview', () => {
  it('makes one line of text of HTML, whatever entities it names', () => {
    expect(plainPreview('<style>p{}</style><p>Tom &amp; Jerry&#39;s&nbsp;<b>show</b>')).toBe("Tom & Jerry's show");
    expect(plainPreview('<p>&constructor; &toString; &#x110000; &#0;</p>')).toBe(
      '&constructor; &toString; &#x110000; &#0;',
    );
    expect(plainPreview('<p>Gr&uuml;&szlig;e, &Uuml;ber &frac12; &ndash; &unknown;</p>')).toBe(
      'Grüße, Über ½ – &unknown;',
    );
    expect(plainPreview('a < b, c > d &amp; e')).toBe('a < b, c > d &amp; e');
  });

  it('never throws, and gives one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(plainPreview(text)).not.toMatch(/[\r\n\t]/);
      }),
      runs,
    );
  });
});
