import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectJmap, type Call, type ConnectOptions, type JmapClient } from '../../../../src/sync/jmap/client';
import {
  startEmbeddedJmap,
  type EmbeddedJmap,
  type EmbeddedJmapOptions,
} from '../../../servers/embedded-jmap/embedded-jmap';
import { failureOf } from './failing';
import { serve } from './http-server';

const never = new AbortController().signal;
const echo: Call = { name: 'Core/echo', args: { hello: 'world' }, id: 'e' };
const mailboxes: Call = { name: 'Mailbox/get', args: { ids: null }, id: 'm' };
const list = v.object({ accountId: v.string(), list: v.array(v.object({ name: v.string() })) });

async function start(options: EmbeddedJmapOptions = {}): Promise<EmbeddedJmap> {
  const server = await startEmbeddedJmap(options);
  onTestFinished(() => server.stop());
  return server;
}

async function connect(server: { url: string }, options: Partial<ConnectOptions> = {}): Promise<JmapClient> {
  const sessionUrl = `${server.url}/.well-known/jmap`;
  const settings = { protocol: 'jmap', sessionUrl, auth: 'basic', username: 'alice@example.test' } as const;
  const client = await connectJmap({ settings, secret: 'secret-alice', signal: never, ...options });
  onTestFinished(() => client.close());
  return client;
}

async function folder(): Promise<string> {
  const created = await mkdtemp(path.join(tmpdir(), 'mailpane-blobs-'));
  onTestFinished(() => rm(created, { recursive: true }));
  return created;
}

describe('connecting', () => {
  it.each([
    ['absolute', 'session'],
    ['relative', 'session'],
    ['absolute', 'redirect'],
    ['relative', 'redirect'],
  ] as const)('S13: with %s URLs and the %s at the well-known place', async (urls, wellKnown) => {
    const client = await connect(await start({ urls, wellKnown }));
    const answers = await client.request([mailboxes], never);
    expect(answers.read('m', list)).toMatchObject({ accountId: client.accountId });
    expect(answers.read('m', list).list.map(({ name }) => name)).toContain('Inbox');
    expect(client.traffic.requests).toBe(wellKnown === 'redirect' ? 3 : 2);
  });

  it('with a token', async () => {
    const server = await start();
    const settings = {
      protocol: 'jmap',
      sessionUrl: `${server.url}/jmap/session`,
      auth: 'bearer',
      username: '',
    } as const;
    const client = await connect(server, { settings, secret: 'token-bob' });
    expect(client.session.username).toBe('bob@example.test');
  });

  it('S29: with a wrong password is `auth`', async () => {
    const server = await start();
    const error = await failureOf(connect(server, { secret: 'wrong' }));
    expect(error).toMatchObject({ reason: 'auth', isTransient: false });
    expect(`${error.message} ${error.details}`).not.toContain('wrong');
  });

  it('to something else than JMAP is `not-jmap`, whatever it answers', async () => {
    const pages: [number, string, string][] = [
      [200, 'text/html', '<h1>Welcome</h1>'],
      [200, 'application/json', '{"hello":"world"}'],
      [200, 'application/json', 'no json'],
      [404, 'text/html', ''],
    ];
    for (const [status, type, body] of pages) {
      const url = await serve((_, response) => response.writeHead(status, { 'content-type': type }).end(body));
      expect((await failureOf(connect({ url }))).reason).toBe('not-jmap');
    }
  });

  it('S13: through a redirect to another server says that the password stayed behind', async () => {
    const server = await start();
    const url = await serve((_, response) => response.writeHead(302, { location: `${server.url}/jmap/session` }).end());
    const error = await failureOf(connect({ url }));
    expect(error.reason).toBe('refused');
    expect(error.message).toContain(new URL(server.url).host);
  });

  it.each([
    ['no URL', 'host-not-found'],
    ['http://mail.example.test/', 'insecure'],
    ['https://alice:pw@mail.example.test/', 'insecure'],
  ])('to "%s" is refused before anything is sent', async (sessionUrl, reason) => {
    const settings = { protocol: 'jmap', sessionUrl, auth: 'basic', username: 'a' } as const;
    const error = await failureOf(connectJmap({ settings, secret: 's', signal: never }));
    expect(error.reason).toBe(reason);
    expect(error.message).not.toContain('pw');
  });
});

describe('requests', () => {
  it('are one HTTP request each, with all their calls', async () => {
    const server = await start();
    const client = await connect(server);
    const before = server.stats.requests.api;
    const answers = await client.request([echo, mailboxes], never);
    expect(answers.read('e', v.object({ hello: v.string() }))).toEqual({ hello: 'world' });
    expect(server.stats.requests.api).toBe(before + 1);
  });

  it('S13: read the session again when its state changed, once for all', async () => {
    const server = await start();
    const client = await connect(server);
    server.updateSession({ limits: { maxObjectsInGet: 17 } });
    await client.request([echo], never);
    expect(client.limits.maxObjectsInGet).not.toBe(17);
    await Promise.all([client.request([echo], never), client.request([echo], never)]);
    expect(client.limits.maxObjectsInGet).toBe(17);
    await client.request([echo], never);
    expect(server.stats.requests.wellKnown).toBe(2);
  });

  it('S13: do not read it for ever where session and answers never agree', async () => {
    const server = await start();
    server.faults.always({
      kind: 'mutateAnswer',
      endpoint: 'api',
      change: (answer) => ({ ...answer, sessionState: 'odd' }),
    });
    const client = await connect(server);
    for (let i = 0; i < 4; i++) await client.request([echo], never);
    expect(server.stats.requests.wellKnown).toBe(2);
  });

  it('S13: follow the API to where it moved', async () => {
    const server = await start();
    const client = await connect(server);
    server.updateSession({ apiPath: '/jmap/moved/' });
    const answers = await client.request([mailboxes], never);
    expect(answers.read('m', list).list.length).toBeGreaterThan(0);
    expect(client.session.apiUrl).toBe(`${server.url}/jmap/moved/`);
  });

  it('S13: fail when the account is gone from the session, and do not take another', async () => {
    const server = await start();
    const client = await connect(server);
    server.updateSession({ push: false });
    server.faults.always({
      kind: 'mutateAnswer',
      endpoint: 'wellKnown',
      change: (session) => ({ ...session, accounts: {}, primaryAccounts: {} }),
    });
    await client.request([echo], never);
    // Transient: it may come back, and no change that waits is given up.
    expect((await failureOf(client.request([echo], never))).reason).toBe('unavailable');
  });

  it('S7: are not sent beyond the limits of the server', async () => {
    const server = await start({ limits: { maxCallsInRequest: 2, maxSizeRequest: 1000 } });
    const client = await connect(server);
    const calls = ['1', '2', '3'].map((id) => ({ ...echo, id }));
    expect(await failureOf(client.request(calls, never))).toMatchObject({ reason: 'too-large' });
    const large = { ...echo, args: { text: 'ä'.repeat(600) } };
    expect(await failureOf(client.request([large], never))).toMatchObject({ reason: 'too-large' });
    expect(server.stats.requests.api).toBe(0);
  });

  it('S7: run at most maxConcurrentRequests at once, and those that give up make place', async () => {
    let running = 0;
    let most = 0;
    const api = '/api';
    const url = await serve((request, response) => {
      if (request.url !== api) {
        response.setHeader('content-type', 'application/json');
        const mail = { 'urn:ietf:params:jmap:mail': {} };
        const core = { 'urn:ietf:params:jmap:core': { maxConcurrentRequests: 2 } };
        response.end(
          JSON.stringify({ capabilities: core, accounts: { A: { accountCapabilities: mail } }, apiUrl: api }),
        );
        return;
      }
      most = Math.max(most, ++running);
      setTimeout(() => {
        running--;
        response.setHeader('content-type', 'application/json');
        response.end('{"methodResponses":[["Core/echo",{},"e"]]}');
      }, 30);
    });
    const client = await connect({ url });
    const controller = new AbortController();
    const work = Array.from({ length: 6 }, () => client.request([echo], never));
    const givenUp = failureOf(client.request([echo], controller.signal));
    const last = client.request([echo], never);
    controller.abort();
    expect((await givenUp).reason).toBe('cancelled');
    await Promise.all([...work, last]);
    expect(most).toBe(2);
  });

  it.each([
    [
      { kind: 'status', status: 429, retryAfter: 3 },
      { reason: 'rate-limited', retryAfter: 3000 },
    ],
    [
      { kind: 'status', status: 503, retryAfter: 5 },
      { reason: 'unavailable', retryAfter: 5000 },
    ],
    [{ kind: 'reset' }, { reason: 'offline' }],
    [{ kind: 'loseAnswer' }, { reason: 'offline' }],
    [{ kind: 'truncate', share: 0.5, cut: true }, { reason: 'protocol' }],
    [{ kind: 'truncate', share: 0.5 }, { reason: 'protocol' }],
    [{ kind: 'malformed' }, { reason: 'protocol' }],
    [{ kind: 'contentType', type: 'text/html', body: '<h1>Sign in</h1>' }, { reason: 'offline' }],
    [{ kind: 'redirect', location: 'https://portal.example.test/', status: 302 }, { reason: 'offline' }],
    [
      { kind: 'requestError', type: 'limit', limit: 'maxObjectsInGet' },
      { reason: 'refused', limit: 'maxObjectsInGet' },
    ],
    [
      { kind: 'methodError', type: 'serverUnavailable' },
      { reason: 'unavailable', type: 'serverUnavailable' },
    ],
  ] as const)('S29: %j', async (fault, expected) => {
    const server = await start();
    const client = await connect(server);
    server.faults.next({ ...fault, method: 'Mailbox/get' });
    const failing = client.request([mailboxes], never).then((answers) => answers.read('m', list));
    expect(await failureOf(failing)).toMatchObject(expected);
    // One fault leaves nothing broken behind.
    expect((await client.request([mailboxes], never)).read('m', list).list.length).toBeGreaterThan(0);
  });

  it('S29: a server that hangs is a time-out', async () => {
    const server = await start();
    const client = await connect(server, { timeouts: { headers: 200 } });
    server.faults.next({ kind: 'hang', endpoint: 'api' });
    expect((await failureOf(client.request([echo], never))).reason).toBe('timeout');
  });

  it('end with the client', async () => {
    const server = await start();
    const client = await connect(server);
    server.faults.next({ kind: 'hang', endpoint: 'api' });
    const request = failureOf(client.request([echo], never));
    const push = failureOf(
      client.listen(['Email'], { onConnected: () => client.close(), onState: () => undefined }, never),
    );
    expect((await request).reason).toBe('cancelled');
    expect((await push).reason).toBe('cancelled');
    expect((await failureOf(client.request([echo], never))).reason).toBe('cancelled');
  });
});

describe('blobs', () => {
  it('go up and come down again, octet by octet', async () => {
    const client = await connect(await start());
    const data = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
    const { blobId, size } = await client.upload(data, 'application/pdf', never);
    expect(size).toBe(data.length);
    const file = path.join(await folder(), 'blob');
    const blob = { blobId, type: 'application/pdf', name: 'Größe & Maß/#1?.pdf' };
    expect(await client.download(blob, file, 1_000_000, never)).toBe(data.length);
    expect(Buffer.compare(await readFile(file), data)).toBe(0);
  });

  it('past the limit, cut off or gone leave no file', async () => {
    const server = await start();
    const client = await connect(server);
    const { blobId } = await client.upload(new Uint8Array(100_000), 'image/png', never);
    const within = await folder();
    const download = (id: string, limit: number) =>
      failureOf(
        client.download({ blobId: id, type: 'image/png', name: 'a.png' }, path.join(within, 'a'), limit, never),
      );
    expect((await download(blobId, 99_999)).reason).toBe('too-large');
    expect((await download('gone', 1_000_000)).reason).toBe('not-found');
    server.faults.next({ kind: 'truncate', share: 0.5, cut: true, endpoint: 'download' });
    expect((await download(blobId, 1_000_000)).reason).toBe('protocol');
    server.faults.next({ kind: 'drip', octets: 1000, everyMs: 1, endpoint: 'download' });
    expect((await download(blobId, 5000)).reason).toBe('too-large');
    expect(await readdir(within)).toEqual([]);
  });

  it('never overwrite a file', async () => {
    const client = await connect(await start());
    const { blobId } = await client.upload(new Uint8Array(10), 'image/png', never);
    const file = path.join(await folder(), 'taken');
    await writeFile(file, 'mine');
    const blob = { blobId, type: 'image/png', name: 'a.png' };
    expect((await failureOf(client.download(blob, file, 1000, never))).reason).toBe('disk');
    expect(await readFile(file, 'utf8')).toBe('mine');
  });

  it('that the server does not take are not sent', async () => {
    const server = await start({ limits: { maxSizeUpload: 100 } });
    const client = await connect(server);
    expect((await failureOf(client.upload(new Uint8Array(101), 'image/png', never))).reason).toBe('too-large');
    expect(server.stats.requests.upload).toBe(0);
  });
});

describe('push', () => {
  it('tells of a change, and of its own end', async () => {
    const server = await start();
    const client = await connect(server);
    const states: Readonly<Record<string, string>>[] = [];
    const events = {
      onConnected: () => void client.request([create], never),
      onState: (changed: Readonly<Record<string, string>>) => {
        states.push(changed);
        server.push.drop();
      },
    };
    const create: Call = { name: 'Mailbox/set', args: { create: { new: { name: 'New', parentId: null } } }, id: 's' };
    expect((await failureOf(client.listen(['Mailbox'], events, never))).reason).toBe('offline');
    expect(states).toHaveLength(1);
    expect(Object.keys(states[0] ?? {})).toEqual(['Mailbox']);
  });

  it('S12: a server that falls silent counts as gone', async () => {
    const server = await start();
    const client = await connect(server, { push: { ping: 1, tolerance: 100 } });
    server.faults.next({ kind: 'silence' });
    const events = { onConnected: () => undefined, onState: () => undefined };
    expect((await failureOf(client.listen(['Email'], events, never))).reason).toBe('offline');
  });

  it('is unsupported where the session has none', async () => {
    const client = await connect(await start({ push: false }));
    const events = { onConnected: () => undefined, onState: () => undefined };
    expect(await client.listen(['Email'], events, never)).toBe('unsupported');
  });
});
