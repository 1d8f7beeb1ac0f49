import type { RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { candidatesFor } from '../../../../src/sync/discovery/candidates';
import { discover } from '../../../../src/sync/discovery/discover';
import { parseServerAddress } from '../../../../src/sync/discovery/address';
import type { MailResolver } from '../../../../src/sync/discovery/srv';
import { testConnection } from '../../../../src/sync/discovery/test-connection';
import { startEmbeddedJmap, type EmbeddedJmapOptions } from '../../../servers/embedded-jmap/embedded-jmap';
import { failureOf } from '../jmap-client/failing';
import { closedPort, serve, serveTcp } from '../jmap-client/http-server';
import { noRecords, srvRecord } from './resolver';

const never = new AbortController().signal;
async function start(options: EmbeddedJmapOptions = {}) {
  const server = await startEmbeddedJmap(options);
  onTestFinished(() => server.stop());
  return server;
}

const hostOf = (url: string): string => new URL(url).host;

describe('where a server is looked for', () => {
  const urls = async (address: string, resolver = noRecords): Promise<string[]> =>
    (await candidatesFor(parseServerAddress(address), resolver)).map(({ url }) => url.href);

  it('the domain, and customary names in it', async () => {
    expect(await urls('alice@example.com')).toEqual([
      'https://example.com/.well-known/jmap',
      'https://jmap.example.com/.well-known/jmap',
      'https://mail.example.com/.well-known/jmap',
      'https://api.example.com/.well-known/jmap',
    ]);
  });

  it('first where its SRV records say, in their order', async () => {
    const asked: string[] = [];
    const resolver: MailResolver = {
      ...noRecords,
      resolveSrv: (name) => {
        asked.push(name);
        const records = [
          srvRecord('c.example.net', 443, 20, 9),
          srvRecord('b.example.net', 8443, 10, 1),
          srvRecord('a.example.net.', 443, 10, 5),
        ];
        return Promise.resolve([...records, srvRecord('', 0, 1, 1), srvRecord('evil/path', 443, 1, 1)]);
      },
    };
    expect((await urls('bob@bücher.example', resolver)).slice(0, 4)).toEqual([
      'https://a.example.net/.well-known/jmap',
      'https://b.example.net:8443/.well-known/jmap',
      'https://c.example.net/.well-known/jmap',
      'https://xn--bcher-kva.example/.well-known/jmap',
    ]);
    expect(asked).toEqual(['_jmap._tcp.xn--bcher-kva.example']);
  });

  it('nowhere else than at a given port, address or this computer; never by http on another machine', async () => {
    expect(await urls('mail.example.com:8443')).toEqual(['https://mail.example.com:8443/.well-known/jmap']);
    expect(await urls('192.0.2.1')).toEqual(['https://192.0.2.1/.well-known/jmap']);
    expect(await urls('localhost:8080')).toEqual([
      'https://localhost:8080/.well-known/jmap',
      'http://localhost:8080/.well-known/jmap',
    ]);
    expect(await urls('https://example.com/jmap/session')).toEqual([
      'https://example.com/jmap/session',
      'https://example.com/.well-known/jmap',
    ]);
  });
});

describe('discovery', () => {
  it.each(['session', 'redirect'] as const)('finds a server with its %s at the well-known place', async (wellKnown) => {
    const server = await start({ wellKnown });
    const found = await discover(`alice@localhost:${server.port}`, never, noRecords);
    expect(found).toEqual([
      {
        email: 'alice@localhost',
        settings: {
          protocol: 'jmap',
          sessionUrl: `http://localhost:${server.port}/.well-known/jmap`,
          auth: 'basic',
          username: 'alice@localhost',
        },
        found: expect.stringContaining(`localhost:${server.port}`) as string,
      },
    ]);
  });

  it('finds it by a URL of the session, and by any other of its pages', async () => {
    const server = await start();
    for (const place of ['/jmap/session', '/.well-known/jmap', '/inbox', '/']) {
      const [first] = await discover(`${server.url}${place}`, never, noRecords);
      const kept = place === '/jmap/session' ? place : '/.well-known/jmap';
      expect(first?.settings).toMatchObject({ sessionUrl: `${server.url}${kept}` });
    }
  });

  it('S13: sends no credential, follows to another host, and says so', async () => {
    const server = await start();
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: `${server.url}/.well-known/jmap` }).end();
    });
    const [first, ...others] = await discover(`${url}/.well-known/jmap`, never, noRecords);
    expect(others).toEqual([]);
    expect(first?.settings).toMatchObject({ sessionUrl: `${server.url}/.well-known/jmap` });
    expect(first?.found).toContain(`sends on to ${hostOf(server.url)}`);
    expect(seen).toEqual([undefined]);
  });

  const challenge =
    (status: number, headers: Record<string, string>): RequestListener =>
    (_, response) =>
      void response.writeHead(status, headers).end();

  it.each([
    ['Basic realm="mail"', 'basic'],
    ['Bearer', 'bearer'],
    ['Bearer realm="x", Basic realm="y"', 'basic'],
    ['Digest realm="a, basic b", nonce="c", Bearer', 'bearer'],
  ])('signs in as the server offers: %s', async (offered, auth) => {
    const url = await serve(challenge(401, { 'www-authenticate': offered }));
    expect((await discover(url, never, noRecords))[0]?.settings).toMatchObject({ auth });
  });

  it.each<[string, RequestListener, string]>([
    ['a web site', challenge(200, { 'content-type': 'text/html' }), 'not-jmap'],
    ['a site without the page', challenge(404, {}), 'not-jmap'],
    ['a 401 that says nothing', challenge(401, {}), 'not-jmap'],
    ['a way to sign in that we do not speak', challenge(401, { 'www-authenticate': 'Negotiate' }), 'refused'],
    ['a server in trouble', challenge(503, {}), 'unavailable'],
    ['a redirect in a circle', challenge(302, { location: '/' }), 'not-jmap'],
    ['a redirect to plain http elsewhere', challenge(302, { location: 'http://example.invalid/' }), 'insecure'],
  ])('says why there is none: %s', async (_, listener, reason) => {
    const url = await serve(listener);
    const error = await failureOf(discover(`${url}/.well-known/jmap`, never, noRecords));
    expect(error.reason).toBe(reason);
    expect(error.message).toContain(hostOf(url));
    expect(error.details).toContain('/.well-known/jmap: ');
  });

  it('says why there is none: nobody listens, a mail port, a plain URL of another machine', async () => {
    const reason = async (address: string): Promise<string> =>
      (await failureOf(discover(address, never, noRecords))).reason;
    expect(await reason(`http://127.0.0.1:${await closedPort()}/`)).toBe('offline');
    const port = await serveTcp((socket) => socket.end('* OK IMAP4rev1 ready\r\n'));
    expect(await reason(`http://127.0.0.1:${port}/`)).toBe('not-jmap');
    expect(await reason('http://mail.example.com/')).toBe('insecure');
    expect(await reason('not a host')).toBe('host-not-found');
  });

  it('does not wait long for a place that never answers once it found another', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/.well-known/jmap') challenge(401, { 'www-authenticate': 'Basic' })(request, response);
    });
    const found = await discover(`${url}/never/answers`, never, noRecords);
    expect(found.map(({ settings }) => settings)).toMatchObject([{ sessionUrl: `${url}/.well-known/jmap` }]);
  });

  it('ends at once when cancelled', async () => {
    let asked: () => void = () => undefined;
    const wasAsked = new Promise<void>((resolve) => (asked = resolve));
    const url = await serve(() => asked());
    const controller = new AbortController();
    const failure = failureOf(discover(url, controller.signal, noRecords));
    await wasAsked;
    controller.abort();
    expect((await failure).reason).toBe('cancelled');
  });
});

describe('the connection test', () => {
  const settings = (url: string) =>
    ({
      protocol: 'jmap',
      sessionUrl: `${url}/.well-known/jmap`,
      auth: 'basic',
      username: 'alice@example.test',
    }) as const;

  it('signs in and counts the mailboxes', async () => {
    const server = await start();
    const test = await testConnection(settings(server.url), 'secret-alice', never);
    expect(test).toEqual({ accountName: 'alice@example.test', mailboxes: 6 });
  });

  it('counts more mailboxes than the server gives at once', async () => {
    const server = await start({ limits: { maxObjectsInGet: 3 } });
    expect((await testConnection(settings(server.url), 'secret-alice', never)).mailboxes).toBe(6);
  });

  it('tells a wrong password from a server that is none', async () => {
    const server = await start();
    expect((await failureOf(testConnection(settings(server.url), 'wrong', never))).reason).toBe('auth');
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>'),
    );
    expect((await failureOf(testConnection(settings(url), 'secret-alice', never))).reason).toBe('not-jmap');
  });
});
