import type { Delivery } from './account-control';

const WORDS = 'kettle steam spout lid leaf pot water brew cosy cup saucer strainer'.split(' ');

export type GeneratedMail = Delivery & { raw: Buffer; receivedAt: Date };

/**
 * As many messages as a large-mailbox test needs, one every ten minutes up to `until`, about 1.5 KB each; each fourth
 * answers the one before, half are read. The same `count` and `until` give the same octets.
 */
export function* generatedMail(count: number, until = new Date('2031-03-12T10:00:00Z')): Generator<GeneratedMail> {
  for (let n = 0; n < count; n++) {
    const receivedAt = new Date(until.getTime() - (count - 1 - n) * 600_000);
    const isAnswer = n % 4 === 3;
    const topic = isAnswer ? n - 1 : n;
    const subject = `${word(topic)} ${word(topic * 7)} number ${topic}`;
    const lines = Array.from(
      { length: 16 },
      (_, line) => `${word(n + line)} the ${word(n * 3 + line)}, said the ${word(line)} (${n}.${line})`,
    );
    const raw = Buffer.from(
      [
        `From: ${word(n)} Writer <writer${n % 97}@example.test>`,
        'To: reader@example.test',
        `Subject: ${isAnswer ? 'Re: ' : ''}${subject}`,
        `Message-ID: <generated-${n}@example.test>`,
        ...(isAnswer
          ? [`In-Reply-To: <generated-${topic}@example.test>`, `References: <generated-${topic}@example.test>`]
          : []),
        `Date: ${receivedAt.toUTCString().replace('GMT', '+0000')}`,
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        '',
        ...lines,
        '',
      ].join('\r\n'),
    );
    yield { raw, receivedAt, keywords: n % 2 === 0 ? ['$seen'] : [] };
  }
}

function word(n: number): string {
  return WORDS[n % WORDS.length] ?? 'tea';
}
