import { startCyrus } from '../servers/cyrus';
import type { AccountControl } from '../servers/embedded-jmap/account-control';
import { startEmbeddedJmap, type EmbeddedJmap } from '../servers/embedded-jmap/embedded-jmap';
import type { MethodErrorReason } from '../servers/embedded-jmap/errors';
import { random } from '../servers/generator/random';
import { connectJmap, type RawJmap } from '../servers/raw-jmap';
import { users } from '../servers/users';
import { allEmails } from '../support/all-emails';
import { otherClient, type OtherClient } from '../support/other-client';
import type { FuzzServer, NewMessage, RemoteClient } from './fuzz-server';
import type { Picture } from './picture';

const { email: user, password } = users.alice;

const common = {
  password,
  settings: (port: number) => ({
    protocol: 'jmap' as const,
    sessionUrl: `http://127.0.0.1:${port}/.well-known/jmap`,
    auth: 'basic' as const,
    username: user,
  }),
};

const httpTarget = (url: string) => ({ host: '127.0.0.1', port: Number(new URL(url).port), protocol: 'http' as const });

/** The embedded server: a new one for each run, with limits that make a small account take many pages. */
export function embeddedServer(): FuzzServer {
  let server: EmbeddedJmap | null = null;
  let remote: RemoteClient | null = null;
  const running = (): EmbeddedJmap => {
    if (server === null) throw new Error('reset comes first');
    return server;
  };
  const setError = (type: string, times: number) => (): void =>
    running().faults.next({ kind: 'setErrors', method: 'Email/set', error: { type } }, times);
  const methodError = (method: string, type: MethodErrorReason, applied: boolean) => (): void =>
    running().faults.next({ kind: 'methodError', method, type, applied });
  return {
    ...common,
    async reset(seed) {
      await server?.stop();
      const draws = random(seed, 3);
      const limits = {
        maxObjectsInGet: draws.pick([5, 20, 500]),
        maxObjectsInSet: draws.pick([1, 4, 500]),
        maxCallsInRequest: draws.pick([2, 4, 16]),
        maxConcurrentRequests: draws.pick([2, 4]),
      };
      server = await startEmbeddedJmap({ urls: 'relative', push: draws.chance(0.7), limits });
      remote = storeRemote(server.account('alice'));
    },
    get target() {
      return httpTarget(running().url);
    },
    get remote() {
      if (remote === null) throw new Error('reset comes first');
      return remote;
    },
    mischief: [
      () => running().account('alice').forgetChanges(),
      () => running().faults.next({ kind: 'stuckChanges', method: 'Email/changes' }),
      () => running().faults.next({ kind: 'stuckChanges', method: 'Mailbox/changes' }),
      methodError('Email/changes', 'cannotCalculateChanges', false),
      methodError('Mailbox/changes', 'cannotCalculateChanges', false),
      methodError('Email/set', 'stateMismatch', false),
      methodError('Email/set', 'serverPartialFail', true),
      methodError('Email/set', 'serverUnavailable', false),
      methodError('Email/get', 'serverFail', false),
      setError('forbidden', 1),
      setError('overQuota', 1),
      setError('rateLimit', 2),
      () => running().faults.next({ kind: 'emptyPage', method: 'Email/query' }),
      () => running().faults.next({ kind: 'withoutTotal', method: 'Email/query' }),
      () => running().faults.next({ kind: 'ignorePosition', method: 'Email/query' }, 2),
    ],
    heal: () => running().faults.clear(),
    keepsMovedIntoDestroyed: true,
    copiesHaveKeywords: false,
    knowsCopies: true,
    withheld: new Set(),
    stop: async () => server?.stop(),
  };
}

/** Changes the embedded server's store itself: the faults on its doors strike our client only. */
function storeRemote(account: AccountControl): RemoteClient {
  const ids = new Map<string, string>();
  const idOf = (subject: string): string => ids.get(subject) ?? `none of the subject ${subject}`;
  const view = (subject: string) => {
    const found = account.messages().find(({ id }) => id === idOf(subject));
    if (found === undefined) throw new Error(`${subject} is gone`);
    return found;
  };
  const done = (work: () => void): Promise<void> => Promise.resolve().then(work);
  return {
    picture() {
      const mailboxes = account.mailboxes();
      const messages = account.messages().map((message) => ({ ...message, subject: subjectOf(message.raw()) }));
      const idByPath = new Map(mailboxes.map(({ id, path }) => [path, id]));
      const threadOf = (threadId: string): string =>
        messages
          .flatMap((one) => (one.threadId === threadId ? one.subject : []))
          .sort()
          .join(' + ');
      return Promise.resolve({
        mailboxes: Object.fromEntries(
          mailboxes.map(({ id, name, path, totalEmails, unreadEmails }) => {
            const parent = idByPath.get(path.slice(0, Math.max(0, path.lastIndexOf('/')))) ?? null;
            return [id, { name, parent, total: totalEmails, unread: unreadEmails }];
          }),
        ),
        messages: Object.fromEntries(
          messages.map(({ subject, keywords, mailboxes: paths, threadId }) => [
            subject,
            { keywords, mailboxes: paths.map((path) => idByPath.get(path) ?? path).sort(), thread: threadOf(threadId) },
          ]),
        ),
      });
    },
    add: (messages) =>
      done(() => {
        for (const message of messages) {
          const { subject, mailbox, keywords, receivedAt } = message;
          const delivery = { mailbox, keywords: [...keywords], receivedAt: new Date(receivedAt * 1000) };
          ids.set(subject, account.deliver(rawMessage(message), delivery));
        }
      }),
    setKeyword: (subject, keyword, on) =>
      done(() => {
        const others = view(subject).keywords.filter((one) => one !== keyword);
        account.setKeywords(idOf(subject), on ? [...others, keyword] : others);
      }),
    move: (subject, to) => done(() => account.move(idOf(subject), to)),
    addTo: (subject, mailbox) => done(() => account.move(idOf(subject), ...view(subject).mailboxes, mailbox)),
    destroy: (subject) => done(() => account.destroy(idOf(subject))),
    createMailbox: (name) => Promise.resolve(account.createMailbox(name)),
    renameMailbox: (id, name) => done(() => account.renameMailbox(id, name)).then(() => id),
    destroyMailbox: (id) => done(() => account.destroyMailbox(id)),
  };
}

function rawMessage({ subject, answers, receivedAt }: NewMessage): string {
  const headers = [
    'From: Sender <sender@elsewhere.example>',
    'To: alice@example.test',
    `Subject: ${subject}`,
    `Date: ${new Date(receivedAt * 1000).toUTCString()}`,
    `Message-ID: <${messageIdOf(subject)}>`,
    ...(answers === null ? [] : [`In-Reply-To: <${messageIdOf(answers)}>`, `References: <${messageIdOf(answers)}>`]),
  ];
  return [...headers, '', `Text of ${subject}.`, ''].join('\r\n');
}

const subjectOf = (raw: Buffer): string => /^Subject: (.*)\r$/m.exec(raw.toString('utf8'))?.[1] ?? '';

/** Real Cyrus. It forgets the changes of before any mailbox was destroyed, without being told to. */
export async function cyrusServer(): Promise<FuzzServer> {
  const server = await startCyrus();
  const other = otherClient(await connectJmap({ url: server.jmapUrl, user, password }));
  const remote = jmapRemote(other);
  let shortLived = 0;
  return {
    ...common,
    async reset() {
      await other.reset();
      const { list = [] } = await other.jmap.call('Mailbox/get', { ids: null });
      for (const role of ['archive', 'junk', 'trash']) {
        if (list.some((mailbox) => mailbox.role === role)) continue;
        const name = role.charAt(0).toUpperCase() + role.slice(1);
        await other.jmap.call('Mailbox/set', { create: { one: { name, role } } });
      }
    },
    target: httpTarget(server.jmapUrl),
    remote,
    mischief: [async () => other.destroyMailbox(await other.createMailbox(`Short-lived ${++shortLived}`))],
    heal: () => undefined,
    keepsMovedIntoDestroyed: false,
    copiesHaveKeywords: false,
    knowsCopies: true,
    withheld: new Set(),
    stop: () => server.stop(),
  };
}

function jmapRemote(other: OtherClient): RemoteClient {
  const { jmap } = other;
  const ids = new Map<string, string>();
  /** A message that is gone cannot be changed any more: what was wanted of it does not matter. */
  const update = async (subject: string, patch: Record<string, unknown>): Promise<void> => {
    const id = ids.get(subject);
    if (id === undefined) throw new Error(`no message ${subject} was made`);
    const { notUpdated } = await jmap.call('Email/set', { update: { [id]: patch } });
    if (notUpdated?.[id] !== undefined) throw new Error(`${subject}: ${JSON.stringify(notUpdated[id])}`);
  };
  return {
    picture: () => picture(jmap),
    async add(messages) {
      for (const { subject, mailbox, keywords, answers, receivedAt } of messages) {
        const [id] = await other.add(mailbox, 1, () => ({
          subject,
          keywords: Object.fromEntries(keywords.map((keyword) => [keyword, true])),
          receivedAt: new Date(receivedAt * 1000).toISOString().replace('.000', ''),
          messageId: [messageIdOf(subject)],
          ...(answers === null ? {} : { inReplyTo: [messageIdOf(answers)], references: [messageIdOf(answers)] }),
        }));
        if (id !== undefined) ids.set(subject, id);
      }
    },
    setKeyword: (subject, keyword, on) => update(subject, { [`keywords/${keyword}`]: on ? true : null }),
    move: (subject, to) => update(subject, { mailboxIds: { [to]: true } }),
    addTo: (subject, mailbox) => update(subject, { [`mailboxIds/${mailbox}`]: true }),
    destroy: (subject) => other.destroy([ids.get(subject) ?? '']),
    createMailbox: (name) => other.createMailbox(name),
    renameMailbox: (id, name) => other.renameMailbox(id, name).then(() => id),
    destroyMailbox: (id) => other.destroyMailbox(id),
  };
}

const messageIdOf = (subject: string): string => `${subject.replaceAll(' ', '-')}@fuzz.example`;

async function picture(jmap: RawJmap): Promise<Picture> {
  const { list: mailboxes = [] } = await jmap.call('Mailbox/get', { ids: null });
  const emails = await allEmails(jmap);
  const threads = new Map<string, string[]>();
  for (const { threadId = '', subject = '' } of emails)
    threads.set(threadId, [...(threads.get(threadId) ?? []), subject]);
  return {
    mailboxes: Object.fromEntries(
      mailboxes.map(({ id, name = '', parentId = null }) => {
        // Counted, because Cyrus' own counters drift: it comes to show three unread messages in an empty mailbox.
        const inside = emails.filter(({ mailboxIds = {} }) => id in mailboxIds);
        const unread = inside.filter(({ keywords = {} }) => !('$seen' in keywords || '$draft' in keywords));
        return [id, { name, parent: parentId, total: inside.length, unread: unread.length }];
      }),
    ),
    messages: Object.fromEntries(
      emails.map(({ subject = '', keywords = {}, mailboxIds = {}, threadId = '' }) => [
        subject,
        {
          keywords: Object.keys(keywords).sort(),
          mailboxes: Object.keys(mailboxIds).sort(),
          thread: (threads.get(threadId) ?? []).sort().join(' + '),
        },
      ]),
    ),
  };
}
