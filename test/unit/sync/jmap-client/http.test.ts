import { getEventListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sendHttp, type HttpContext, type HttpRequest } from '../../../../src/sync/jmap/http';
import { createCertificate } from '../../../servers/server-process';
import { failureOf } from './failing';
import { bodyOf, closedPort, serve, serveTcp, serveTls } from './http-server';

const secret = 'Basic c2VjcmV0';

function context(overrides: Partial<HttpContext> = {}): HttpContext {
  return {
    traffic: { requests: 0, bytesReceived: 0, bytesSent: 0 },
    timeouts: { headers: 10_000, idle: 10_000 },
    signal: new AbortController().signal,
    ...overrides,
  };
}

function get(url: string): HttpRequest {
  return { method: 'GET', url: new URL(url), authorization: secret, headers: {} };
}

function post(url: string, body: string): HttpRequest {
  return { ...get(url), method: 'POST', body };
}

async function textOf(request: HttpRequest, using = context(), limit = 1_000_000): Promise<string> {
  return new TextDecoder().decode(await (await sendHttp(request, using)).bytes(limit));
}

describe('redirects', () => {
  it('S13: credentials do not follow to another origin, and stay away when it leads back', async () => {
    const seen: string[] = [];
    let first = '';
    const second = await serve((request, response) => {
      seen.push(`second ${request.headers.authorization ?? 'nothing'}`);
      response.writeHead(302, { location: `${first}/back` }).end();
    });
    first = await serve((request, response) => {
      seen.push(`first ${request.headers.authorization ?? 'nothing'}`);
      if (request.url === '/back') response.end('done');
      else response.writeHead(302, { location: `${second}/on` }).end();
    });
    const answer = await sendHttp(get(first), context());
    expect(new TextDecoder().decode(await answer.bytes(100))).toBe('done');
    expect(seen).toEqual([`first ${secret}`, 'second nothing', 'first nothing']);
    expect(answer.leftCredentials).toBe(true);
    expect(answer.urls.map(({ pathname }) => pathname)).toEqual(['/', '/on', '/back']);
  });

  it('S13: credentials follow within the origin, relative addresses too', async () => {
    const seen: string[] = [];
    const origin = await serve((request, response) => {
      seen.push(`${request.url ?? ''} ${request.headers.authorization ?? 'nothing'}`);
      if (request.url === '/a/b') response.writeHead(301, { location: '../c' }).end();
      else response.end('here');
    });
    expect(await textOf(get(`${origin}/a/b`))).toBe('here');
    expect(seen).toEqual([`/a/b ${secret}`, `/c ${secret}`]);
  });

  it('keeps method and body on 307 and 308', async () => {
    const seen: string[] = [];
    const origin = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        seen.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`);
        if (request.url === '/1') response.writeHead(307, { location: '/2' }).end();
        else if (request.url === '/2') response.writeHead(308, { location: '/3' }).end();
        else response.end('taken');
      });
    });
    expect(await textOf(post(`${origin}/1`, 'mail'))).toBe('taken');
    expect(seen).toEqual(['POST /1 mail', 'POST /2 mail', 'POST /3 mail']);
  });

  it('does not make a GET of a POST: a sign-in page of the network would answer it', async () => {
    let requests = 0;
    const origin = await serve((_, response) => {
      requests++;
      response.writeHead(302, { location: '/sign-in' }).end();
    });
    expect((await failureOf(sendHttp(post(origin, 'mail'), context()))).reason).toBe('offline');
    expect(requests).toBe(1);
  });

  it('gives up after five', async () => {
    let requests = 0;
    const origin = await serve((_, response) => {
      response.writeHead(302, { location: `/${++requests}` }).end();
    });
    expect((await failureOf(sendHttp(get(origin), context()))).reason).toBe('protocol');
    expect(requests).toBe(6);
  });

  it.each([
    ['http://example.invalid/', 'insecure'],
    ['ftp://127.0.0.1/', 'protocol'],
    ['', 'protocol'],
    ['http://[', 'protocol'],
  ])('does not follow to "%s"', async (location, reason) => {
    const origin = await serve((_, response) => {
      response.writeHead(302, { location }).end();
    });
    expect((await failureOf(sendHttp(get(origin), context()))).reason).toBe(reason);
  });
});

describe('answers', () => {
  it('are decompressed and counted as they came over the wire', async () => {
    const body = gzipSync('mail '.repeat(10_000));
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length }).end(body);
    });
    const using = context();
    expect(await textOf(post(origin, 'ask'), using)).toHaveLength(50_000);
    expect(using.traffic).toEqual({ requests: 1, bytesReceived: body.length, bytesSent: 3 });
  });

  it('are bounded by their decoded size: a few octets can unpack to gigabytes', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000)));
    });
    expect((await failureOf(textOf(get(origin)))).reason).toBe('too-large');
  });

  it('that end too early are a protocol error, not an empty result', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{"half":');
      setTimeout(() => response.destroy(), 50);
    });
    expect((await failureOf(textOf(get(origin)))).reason).toBe('protocol');
  });

  it('that are garbage under their encoding are a protocol error', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip');
    });
    expect((await failureOf(textOf(get(origin)))).reason).toBe('protocol');
  });

  it('may drip for longer than the time-out, as long as they do not pause for so long', async () => {
    const origin = await serve((_, response) => {
      let left = 10;
      const timer = setInterval(() => {
        response.write('x');
        if (--left > 0) return;
        clearInterval(timer);
        response.end();
      }, 50);
    });
    const using = context({ timeouts: { headers: 10_000, idle: 400 } });
    expect(await textOf(get(origin), using)).toBe('x'.repeat(10));
  });
});

describe('S29: what does not answer', () => {
  it('times out without headers', async () => {
    const origin = await serve(() => undefined);
    const using = context({ timeouts: { headers: 50, idle: 10_000 } });
    expect((await failureOf(sendHttp(get(origin), using))).reason).toBe('timeout');
  });

  it('times out when the body stops, which closes the connection', async () => {
    let closed: () => void = () => undefined;
    const connectionClosed = new Promise<void>((resolve) => (closed = resolve));
    const origin = await serve((_, response) => {
      response.on('close', closed).write('half');
    });
    const using = context({ timeouts: { headers: 10_000, idle: 50 } });
    expect((await failureOf(textOf(get(origin), using))).reason).toBe('timeout');
    await connectionClosed;
  });

  it('S37: the wall clock may jump: it neither ends a request nor keeps one alive', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const origin = await serve((request, response) => {
      const day = 86_400_000;
      vi.setSystemTime(Date.now() + (request.url === '/forward' ? day : -2 * day));
      if (request.url === '/forward') setTimeout(() => response.end('done'), 50);
    });
    expect(await textOf(get(`${origin}/forward`))).toBe('done');
    const using = context({ timeouts: { headers: 50, idle: 10_000 } });
    expect((await failureOf(sendHttp(get(`${origin}/back`), using))).reason).toBe('timeout');
  });

  it('is offline where nobody listens, or the connection is cut', async () => {
    const refused = await failureOf(sendHttp(get(`http://127.0.0.1:${await closedPort()}/box?token=abc`), context()));
    expect(refused.reason).toBe('offline');
    expect(refused.details).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/box: ECONNREFUSED/);
    const origin = await serve((request) => request.socket.resetAndDestroy());
    expect((await failureOf(sendHttp(get(origin), context()))).reason).toBe('offline');
    const closing = await serve((request) => request.socket.destroy());
    expect((await failureOf(sendHttp(get(closing), context()))).reason).toBe('offline');
  });

  it('does not speak HTTP: a mail port, say', async () => {
    const port = await serveTcp((socket) => socket.end('* OK IMAP4rev1 ready\r\n'));
    expect((await failureOf(sendHttp(get(`http://127.0.0.1:${port}`), context()))).reason).toBe('protocol');
    expect((await failureOf(sendHttp(get('https://127.0.0.1:993'), context()))).reason).toBe('not-jmap');
  });

  it('has a certificate that nobody vouches for: no credential was sent', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'mailpane-tls-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { certificate, key } = await createCertificate(folder);
    let requests = 0;
    const origin = await serveTls({ cert: certificate, key }, (_, response) => {
      requests++;
      response.end();
    });
    const error = await failureOf(sendHttp(get(origin), context()));
    expect(error).toMatchObject({ reason: 'tls', message: expect.stringContaining('self-signed') as string });
    expect(requests).toBe(0);
  });

  it('has no TLS at all', async () => {
    const origin = await serve((_, response) => response.end());
    expect((await failureOf(sendHttp(get(origin.replace('http:', 'https:')), context()))).reason).toBe('tls');
  });

  it('would be spoken to in the clear', async () => {
    expect((await failureOf(sendHttp(get('http://mail.example.invalid/'), context()))).reason).toBe('insecure');
  });
});

describe('cancelling', () => {
  it('ends a request that waits, and one whose body comes', async () => {
    const waiting = await serve(() => undefined);
    const dripping = await serve((_, response) => void response.write('half'));
    for (const origin of [waiting, dripping]) {
      const controller = new AbortController();
      const failure = failureOf(textOf(get(origin), context({ signal: controller.signal })));
      setTimeout(() => controller.abort(), 50);
      expect((await failure).reason).toBe('cancelled');
    }
  });

  it('sends nothing once cancelled', async () => {
    let requests = 0;
    const origin = await serve((_, response) => {
      requests++;
      response.end();
    });
    expect((await failureOf(sendHttp(get(origin), context({ signal: AbortSignal.abort() })))).reason).toBe('cancelled');
    expect(requests).toBe(0);
  });

  it('leaves no listener behind at a signal that lives on', async () => {
    const origin = await serve((_, response) => response.end('done'));
    const { signal } = new AbortController();
    for (let i = 0; i < 3; i++) await textOf(get(origin), context({ signal }));
    await failureOf(textOf(get(origin), context({ signal }), 2));
    (await sendHttp(get(origin), context({ signal }))).discard();
    await failureOf(sendHttp(get('http://mail.example.invalid/'), context({ signal })));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
