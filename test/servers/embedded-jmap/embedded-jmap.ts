import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { controlAccount, type AccountControl } from './account-control';
import { Faults } from './faults';
import { defaultLimits, type Limits } from './limits';
import { Push } from './push';
import { handle, type Server, type WellKnown } from './routes';
import type { SessionSettings } from './session-resource';
import { Stats } from './stats';
import { Account } from './store/account';
import type { User } from './users';

export type UserOptions = {
  /** Also the user's address. */
  name: string;
  password: string;
  /** Bearer tokens; `token-` and the local part of the name if none are given. */
  tokens?: string[];
  /** The name in From of the user's identity. */
  displayName?: string;
};

export type EmbeddedJmapOptions = Partial<Omit<SessionSettings, 'limits'>> & {
  /** 0 takes a free one. */
  port?: number;
  /** `alice`, `bob` and `carol@example.test` with `secret-NAME` if none are given, as on the real servers. */
  users?: UserOptions[];
  limits?: Partial<Limits>;
  wellKnown?: WellKnown;
  /** How many changes of a type are kept at least before older states cannot be calculated any more. */
  changesKept?: number;
};

export type SentMessage = { from: string; to: string[]; raw: Buffer };

export type EmbeddedJmap = {
  /** The origin, such as `http://127.0.0.1:4711`: discovery starts there. */
  url: string;
  port: number;
  users: User[];
  /** @param user a name, or its part before the `@` */
  account(user: string): AccountControl;
  faults: Faults;
  stats: Stats;
  push: Pick<Push, 'count' | 'drop'>;
  /** What was sent to people who are not users here. */
  sent: SentMessage[];
  /** Changes the session, and with it `sessionState` (S13). */
  updateSession(change: Partial<Omit<SessionSettings, 'limits'>> & { limits?: Partial<Limits> }): void;
  /** Cuts every connection and waits until the port is free. */
  stop(): Promise<void>;
};

const STANDARD_USERS: UserOptions[] = ['alice', 'bob', 'carol'].map((name) => ({
  name: `${name}@example.test`,
  password: `secret-${name}`,
  displayName: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
}));

const STANDARD_MAILBOXES = [
  ['Inbox', 'inbox'],
  ['Drafts', 'drafts'],
  ['Sent', 'sent'],
  ['Archive', 'archive'],
  ['Junk', 'junk'],
  ['Trash', 'trash'],
] as const;

/** Starts an in-memory JMAP server (RFC 8620, RFC 8621) on the loopback interface. Nothing outlives `stop()`. */
export async function startEmbeddedJmap(options: EmbeddedJmapOptions = {}): Promise<EmbeddedJmap> {
  const {
    port = 0,
    users: userOptions = STANDARD_USERS,
    limits,
    wellKnown = 'session',
    changesKept = 20_000,
  } = options;
  const stats = new Stats();
  const push = new Push(stats);
  const epoch = randomBytes(4).toString('hex');
  const users = userOptions.map((user, index) => createUser(user, index, epoch, changesKept));
  for (const user of users) user.account.onCommit((changed) => push.publish(user, changed));
  const sent: SentMessage[] = [];
  const server: Server = {
    users: new Map(users.map((user) => [user.name, user])),
    settings: {
      urls: options.urls ?? 'absolute',
      apiPath: options.apiPath ?? '/jmap/api/',
      push: options.push ?? true,
      submission: options.submission ?? true,
      limits: { ...defaultLimits, ...limits },
    },
    wellKnown,
    faults: new Faults((user) => push.drop(user)),
    stats,
    push,
    origin: '',
    sentAway: (message) => sent.push(message),
  };
  const http = createServer((request, response) => {
    handle(request, response, server).catch((error: unknown) => {
      if (request.destroyed || response.destroyed) return;
      response
        .writeHead(500, { 'content-type': 'text/plain' })
        .end(error instanceof Error ? error.stack : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = http.address() as AddressInfo;
  server.origin = `http://127.0.0.1:${address.port}`;
  return {
    url: server.origin,
    port: address.port,
    users,
    account: (name) => controlAccount(findUser(users, name).account),
    faults: server.faults,
    stats,
    push,
    sent,
    updateSession: ({ limits: changed, ...change }) => {
      const settings = server.settings;
      server.settings = { ...settings, ...change, limits: { ...settings.limits, ...changed } };
    },
    stop: async () => {
      push.drop();
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeAllConnections();
      await closed;
    },
  };
}

function createUser(options: UserOptions, index: number, epoch: string, changesKept: number): User {
  const { name, password, tokens = [`token-${localPart(name)}`], displayName = localPart(name) } = options;
  const account = new Account({ id: `A${index + 1}`, name, epoch: `${epoch}${index}`, changesKept });
  for (const [sortOrder, [mailbox, role]] of STANDARD_MAILBOXES.entries()) {
    account.addMailbox({ name: mailbox, role, parentId: null, sortOrder: sortOrder + 1, isSubscribed: true });
  }
  const identityId = account.newId('I');
  account.identities.set(identityId, { id: identityId, name: displayName, email: name });
  account.commit();
  return { name, password, tokens: new Set(tokens), account };
}

function findUser(users: User[], name: string): User {
  const user = users.find((candidate) => candidate.name === name || localPart(candidate.name) === name);
  if (user === undefined) throw new Error(`There is no user ${name}`);
  return user;
}

function localPart(name: string): string {
  return name.split('@')[0] ?? name;
}
