import { startEmbeddedJmap, type EmbeddedJmap } from '../servers/embedded-jmap/embedded-jmap';

/** How often the server was told to change a message, and how often that changed something. */
export interface Updates {
  asked: number;
  changed: number;
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

/** An embedded server with so many messages in the Inbox of alice, that counts what is done to each. */
export async function startCountingServer(messages: number): Promise<CountingServer> {
  const server = await startEmbeddedJmap();
  const numbers = Array.from({ length: messages }, (_, n) => n);
  const ids = server.account('alice').deliverAll(numbers.map((n) => ({ raw: mail(n), mailbox: 'inbox' })));
  const updates = new Map(numbers.map((n) => [subjectOf(n), { asked: 0, changed: 0 }]));
  const account = server.users.find(({ name }) => name === 'alice@example.test')?.account;
  if (account === undefined) throw new Error('the server has no alice');
  const update = account.updateEmail.bind(account);
  account.updateEmail = (email, values) => {
    const before = [...email.keywords, ...email.mailboxIds].sort().join(' ');
    update(email, values);
    const counted = updates.get(subjectOf(ids.indexOf(email.id)));
    if (counted === undefined) return;
    counted.asked += 1;
    if ([...email.keywords, ...email.mailboxIds].sort().join(' ') !== before) counted.changed += 1;
  };
  return Object.assign(server, { updates });
}
