import { describe, expect, it } from 'vitest';
import { sendHttp } from '../../../../src/sync/jmap/http';
import { networkError } from '../../../../src/sync/jmap/network-error';
import { readJson } from '../../../../src/sync/jmap/parse-answer';
import { problemOf, type Asked } from '../../../../src/sync/jmap/problem';
import { parseRetryAfter } from '../../../../src/sync/jmap/retry-after';
import { failureOf } from './failing';
import { serve } from './http-server';

const url = new URL('https://mail.example.test/jmap/?secret=1');

async function answerOf(status: number, headers: Record<string, string>, body: string) {
  const origin = await serve((_, response) => response.writeHead(status, headers).end(body));
  const context = {
    traffic: { requests: 0, bytesReceived: 0, bytesSent: 0 },
    timeouts: { headers: 10_000, idle: 10_000 },
    signal: new AbortController().signal,
  };
  return sendHttp(
    { method: 'GET', url: new URL(`${origin}/jmap/?secret=1`), authorization: 'Basic eA==', headers: {} },
    context,
  );
}

describe('S29: network failures have the reason that decides what is done about them', () => {
  const failed = (code: string, message = 'it failed'): Error =>
    new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });

  it.each([
    ['ECONNREFUSED', 'offline'],
    ['ENETUNREACH', 'offline'],
    ['EHOSTUNREACH', 'offline'],
    ['ECONNRESET', 'offline'],
    ['EAI_AGAIN', 'offline'],
    ['ENOTFOUND', 'host-not-found'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['EPROTO', 'tls'],
    ['HPE_INVALID_CONSTANT', 'protocol'],
  ])('%s: %s', (code, reason) => {
    expect(networkError(failed(code), url, 'headers').reason).toBe(reason);
  });

  it('says what is wrong with a certificate', () => {
    const messages = ['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'].map(
      (code) => networkError(failed(code), url, 'headers').message,
    );
    expect(messages[0]).toContain('expired');
    expect(messages[1]).toContain('self-signed');
    expect(messages[2]).toContain('another host');
  });

  it('looks into several addresses that were tried', () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const error = new TypeError('fetch failed', { cause: new AggregateError([refused, refused]) });
    expect(networkError(error, url, 'headers').reason).toBe('offline');
  });

  it('S38: names the address without its query', () => {
    expect(networkError(failed('ECONNREFUSED'), url, 'headers').details).toBe(
      'https://mail.example.test/jmap/: ECONNREFUSED it failed',
    );
  });
});

describe('S29: statuses', () => {
  const json = { 'content-type': 'application/problem+json' };
  const html = { 'content-type': 'text/html' };

  it.each<[number, Asked, Record<string, string>, string, string]>([
    [401, 'session', {}, '', 'auth'],
    [401, 'api', json, '{"title":"no"}', 'auth'],
    [403, 'session', html, '<h1>Forbidden</h1>', 'not-jmap'],
    [403, 'session', json, '{"detail":"This user may not"}', 'refused'],
    [403, 'api', html, '<h1>Forbidden</h1>', 'unavailable'],
    [400, 'api', html, '<h1>Bad request</h1>', 'unavailable'],
    [404, 'session', json, '{"status":404}', 'not-jmap'],
    [403, 'api', { ...json, 'www-authenticate': 'Bearer error="insufficient_scope"' }, '{}', 'auth'],
    [403, 'api', json, '{"detail":"This user may not"}', 'refused'],
    [404, 'session', html, '', 'not-jmap'],
    [405, 'session', html, '', 'not-jmap'],
    [404, 'api', html, '', 'unavailable'],
    [404, 'blob', html, '', 'not-found'],
    [408, 'api', html, '', 'timeout'],
    [413, 'upload', html, '', 'too-large'],
    [429, 'session', html, '', 'rate-limited'],
    [500, 'api', html, '', 'unavailable'],
    [503, 'session', html, '', 'unavailable'],
    [511, 'api', html, '', 'offline'],
    [204, 'api', {}, '', 'protocol'],
    [400, 'api', json, '{"type":"urn:ietf:params:jmap:error:notJSON"}', 'refused'],
    [400, 'api', json, '{"type":"urn:ietf:params:jmap:error:notRequest"}', 'refused'],
    [400, 'api', json, '{"type":"urn:ietf:params:jmap:error:unknownCapability"}', 'refused'],
    [400, 'api', json, '{"type":"urn:ietf:params:jmap:error:limit","limit":"maxSizeRequest"}', 'too-large'],
    [400, 'api', json, '{"type":"urn:ietf:params:jmap:error:limit","limit":"maxConcurrentRequests"}', 'rate-limited'],
    [400, 'api', json, '{"type":"urn:ietf:params:jmap:error:limit","limit":"maxObjectsInGet"}', 'refused'],
    [400, 'api', json, '{"type":17', 'unavailable'],
    [400, 'api', json, 'null', 'unavailable'],
    [400, 'api', json, '{"type":17}', 'refused'],
  ])('HTTP %i at the %s', async (status, asked, headers, body, reason) => {
    const error = await problemOf(await answerOf(status, headers, body), asked);
    expect(error).toMatchObject({ reason, status });
    expect(error.details).toContain(`HTTP ${status}`);
    expect(error.details).not.toContain('secret');
  });

  it('tells which limit it was', async () => {
    const body = '{"type":"urn:ietf:params:jmap:error:limit","limit":"maxObjectsInGet"}';
    const error = await problemOf(await answerOf(400, json, body), 'api');
    expect(error).toMatchObject({ type: 'limit', limit: 'maxObjectsInGet', isTransient: false });
  });

  it('hands on how long the server asks to wait', async () => {
    const error = await problemOf(await answerOf(503, { 'retry-after': '7' }, ''), 'api');
    expect(error).toMatchObject({ retryAfter: 7000, isTransient: true });
  });

  it('does not read a problem document without end', async () => {
    const error = await problemOf(await answerOf(500, json, `{"detail":"${'x'.repeat(100_000)}"}`), 'api');
    expect(error.details.length).toBeLessThan(1100);
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5);
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Fri, 02 Jan 2026 03:05:05 GMT', 60_000],
    ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['999999999', 3_600_000],
    ['Fri, 02 Jan 2099 00:00:00 GMT', 3_600_000],
    ['soon', null],
    ['-5', null],
    ['1.5', null],
    ['', null],
    [null, null],
  ])('%s', (header, wait) => {
    expect(parseRetryAfter(header, now)).toBe(wait);
  });
});

describe('answers that are no JSON', () => {
  it('a page of the network instead of mail is told as such', async () => {
    const error = await failureOf(readJson(await answerOf(200, { 'content-type': 'text/html' }, '<h1>Welcome</h1>')));
    expect(error).toMatchObject({ reason: 'offline', message: expect.stringContaining('sign in') as string });
  });

  it('while looking for a server it means that this is none', async () => {
    const answer = await answerOf(200, { 'content-type': 'text/html' }, '<h1>Welcome</h1>');
    expect((await failureOf(readJson(answer, 'not-jmap'))).reason).toBe('not-jmap');
  });

  it('S38: malformed JSON is not quoted, for it may be mail', async () => {
    const answer = await answerOf(200, { 'content-type': 'application/json' }, '{"subject":"Layoffs');
    const error = await failureOf(readJson(answer));
    expect(error.reason).toBe('protocol');
    expect(`${error.message} ${error.details}`).not.toContain('Layoffs');
  });

  it('JSON under any JSON type, or none, is read', async () => {
    for (const headers of [{ 'content-type': 'application/jmap+json; charset=utf-8' }, {}]) {
      expect(await readJson(await answerOf(200, headers, '{"a":1}'))).toEqual({ a: 1 });
    }
  });
});
