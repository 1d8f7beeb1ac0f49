import { startEmbeddedJmap, type EmbeddedJmap } from '../servers/embedded-jmap/embedded-jmap';

/** How often a message was told to change on the server, and how often its keywords and its mailboxes did. */
export interface Updates {
  asked: number;
  flagged: number;
  moved: number;
}

export interface CountingServer extends EmbeddedJmap {
  /** By subject. */
  readonly updates: ReadonlyMap<string, Updates>;
}

export const secret = 'secret-alice';
export const subjectOf = (n: number): string => `Mail ${n}`;

const mail = (n: number): string =>
  [
    'From: Bob <bob@example.test>',
    'To: alice@example.test',
    `Subject: ${subjectOf(n)}`,
    `Message-ID: <${n}@example.test>`,
    '',
    'Hello.',
    '',
  ].join('\r\n');

/** An embedded server with so many messages in the Inbox of alice, Mail 0 on top, that counts what is done to each. */
export async function startCountingServer(messages: number): Promise<CountingServer> {
  const server = await startEmbeddedJmap();
  const now = Date.now();
  const numbers = Array.from({ length: messages }, (_, n) => n);
  const ids = server
    .account('alice')
    .deliverAll(numbers.map((n) => ({ raw: mail(n), mailbox: 'inbox', receivedAt: new Date(now - n * 60_000) })));
  const updates = new Map(numbers.map((n) => [subjectOf(n), { asked: 0, flagged: 0, moved: 0 }]));
  const account = server.users.find(({ name }) => name === 'alice@example.test')?.account;
  if (account === undefined) throw new Error('the server has no alice');
  const update = account.updateEmail.bind(account);
  account.updateEmail = (email, values) => {
    const [keywords, mailboxes] = [joined(email.keywords), joined(email.mailboxIds)];
    update(email, values);
    const counted = updates.get(subjectOf(ids.indexOf(email.id)));
    if (counted === undefined) return;
    counted.asked += 1;
    if (joined(email.keywords) !== keywords) counted.flagged += 1;
    if (joined(email.mailboxIds) !== mailboxes) counted.moved += 1;
  };
  return Object.assign(server, { updates });
}

const joined = (names: Iterable<string>): string => [...names].sort().join(' ');
