import { describe, expect, it } from 'vitest';

import { connectJmap } from '../../servers/raw-jmap';
import { ALICE, message, open, post } from './open-server';

describe('session (RFC 8620 §2)', () => {
  it('S13: gives absolute and relative URLs, and a redirect at the well-known place', async () => {
    const { server, jmap } = await open({ wellKnown: 'redirect', urls: 'relative' });
    expect(jmap.session.apiUrl).toBe('/jmap/api/');
    const direct = await fetch(`${server.url}/.well-known/jmap`, { redirect: 'manual' });
    expect([direct.status, direct.headers.get('location')]).toEqual([301, '/jmap/session']);
    server.updateSession({ urls: 'absolute' });
    const again = await connectJmap({ url: server.url, user: 'alice@example.test', password: 'secret-alice' });
    expect(again.session.apiUrl).toBe(`${server.url}/jmap/api/`);
  });

  it('S13: sessionState changes with the session, and the old API place is gone', async () => {
    const { server, jmap } = await open();
    server.updateSession({ apiPath: '/api/v2/' });
    await expect(jmap.call('Core/echo')).rejects.toMatchObject({ status: 404 });
    const next = await connectJmap({ url: server.url, user: 'alice@example.test', password: 'secret-alice' });
    expect(next.session.state).not.toBe(jmap.session.state);
    expect(await next.call('Core/echo', { hello: true })).toMatchObject({ hello: true });
  });

  it('knows Basic and Bearer, and keeps the accounts of users apart', async () => {
    const { server } = await open();
    const status = async (authorization: string) =>
      (await fetch(`${server.url}/jmap/session`, { headers: { authorization } })).status;
    expect(await status(ALICE)).toBe(200);
    expect(await status('Bearer token-bob')).toBe(200);
    expect(await status('Bearer token-nobody')).toBe(401);
    expect(await status(`Basic ${Buffer.from('alice@example.test:wrong').toString('base64')}`)).toBe(401);
    const bob = await connectJmap({ url: server.url, user: 'bob@example.test', password: 'secret-bob' });
    await expect(bob.call('Mailbox/get', { accountId: 'A1', ids: null })).rejects.toMatchObject({
      type: 'accountNotFound',
    });
  });
});

describe('request (RFC 8620 §3)', () => {
  const problem = async (response: Response) => ({
    status: response.status,
    type: response.headers.get('content-type'),
    ...((await response.json()) as { limit?: string }),
  });

  it('answers request errors as problem documents', async () => {
    const { server } = await open({ limits: { maxCallsInRequest: 2, maxSizeRequest: 2_000 } });
    const errors = async (body: string, contentType?: string) => problem(await post(server, body, contentType));
    const core = ['urn:ietf:params:jmap:core'];
    const call = (id: string) => ['Core/echo', {}, id];
    expect(await errors('{"using":')).toMatchObject({ status: 400, type: 'urn:ietf:params:jmap:error:notJSON' });
    expect(await errors('{}', 'text/plain')).toMatchObject({ type: 'urn:ietf:params:jmap:error:notJSON' });
    expect(await errors('{"using":[]}')).toMatchObject({ type: 'urn:ietf:params:jmap:error:notRequest' });
    expect(await errors(JSON.stringify({ using: ['urn:x'], methodCalls: [] }))).toMatchObject({
      type: 'urn:ietf:params:jmap:error:unknownCapability',
    });
    expect(await errors(JSON.stringify({ using: core, methodCalls: ['a', 'b', 'c'].map(call) }))).toMatchObject({
      type: 'urn:ietf:params:jmap:error:limit',
      limit: 'maxCallsInRequest',
    });
    expect(
      await errors(JSON.stringify({ using: core, methodCalls: [['Core/echo', { x: 'y'.repeat(3_000) }, '0']] })),
    ).toMatchObject({ type: 'urn:ietf:params:jmap:error:limit', limit: 'maxSizeRequest' });
    const good = await post(server, JSON.stringify({ using: core, methodCalls: [call('0')] }));
    expect(good.headers.get('content-type')).toContain('application/json');
  });

  it('answers method errors one by one and goes on', async () => {
    const { server } = await open();
    const body = {
      using: ['urn:ietf:params:jmap:core'],
      methodCalls: [
        ['Nothing/get', {}, 'a'],
        ['Email/get', { accountId: 'A1', ids: [] }, 'b'],
        ['Core/echo', { still: 'here' }, 'c'],
      ],
    };
    const { methodResponses } = (await (await post(server, JSON.stringify(body))).json()) as {
      methodResponses: unknown;
    };
    expect(methodResponses).toEqual([
      ['error', { type: 'unknownMethod' }, 'a'],
      // Known, but its capability is not in use.
      ['error', { type: 'unknownMethod' }, 'b'],
      ['Core/echo', { still: 'here' }, 'c'],
    ]);
  });

  it('refuses arguments that do not fit', async () => {
    const { jmap } = await open({ limits: { maxObjectsInGet: 2, maxObjectsInSet: 1 } });
    const errorOf = async (method: string, args: Record<string, unknown>) => {
      const [[, answer] = []] = await jmap.calls([[method, args, '0']]);
      return answer?.type;
    };
    expect(await errorOf('Email/get', { ids: 'M1' })).toBe('invalidArguments');
    expect(await errorOf('Email/get', { ids: [], unknown: 1 })).toBe('invalidArguments');
    expect(await errorOf('Email/get', { ids: [], properties: ['colour'] })).toBe('invalidArguments');
    expect(await errorOf('Email/get', { ids: [], properties: ['header:Subject:asDate'] })).toBe('invalidArguments');
    expect(await errorOf('Email/changes', { sinceState: '0', maxChanges: 0 })).toBe('invalidArguments');
    expect(await errorOf('Email/get', { ids: ['a', 'b', 'c'] })).toBe('requestTooLarge');
    expect(await errorOf('Email/set', { destroy: ['a', 'b'] })).toBe('requestTooLarge');
    expect(await errorOf('Email/query', { filter: { shoeSize: 42 } })).toBe('unsupportedFilter');
    expect(await errorOf('Email/query', { sort: [{ property: 'beauty' }] })).toBe('unsupportedSort');
    expect(await errorOf('Email/query', { anchor: 'nobody' })).toBe('anchorNotFound');
  });

  it('resolves back-references, also through arrays', async () => {
    const { jmap, alice } = await open();
    const [first] = [alice.deliver(message('One', '', ['Message-ID: <1@x>'])), alice.deliver(message('Two'))];
    alice.deliver(message('Re: One', '', ['In-Reply-To: <1@x>']));
    const answers = await jmap.calls([
      ['Email/query', { filter: { subject: 'One' }, sort: [{ property: 'receivedAt' }] }, 'q'],
      ['Email/get', { '#ids': { resultOf: 'q', name: 'Email/query', path: '/ids' }, properties: ['threadId'] }, 'g'],
      ['Thread/get', { '#ids': { resultOf: 'g', name: 'Email/get', path: '/list/*/threadId' } }, 't'],
      ['Email/get', { '#ids': { resultOf: 't', name: 'Thread/get', path: '/list/*/emailIds' }, properties: [] }, 'all'],
    ]);
    expect(answers[1]?.[1].list).toHaveLength(2);
    expect(answers[2]?.[1].list).toHaveLength(1);
    expect(answers[3]?.[1].list?.[0]?.id).toBe(first);
    expect(answers[3]?.[1].list).toHaveLength(2);
  });

  it('tells which references lead nowhere', async () => {
    const { jmap } = await open();
    const reference = (resultOf: string, name: string, path: string) => ({ resultOf, name, path });
    const answers = await jmap.calls([
      ['Mailbox/get', { ids: [] }, 'm'],
      ['Email/get', { '#ids': reference('nobody', 'Mailbox/get', '/list') }, '1'],
      ['Email/get', { '#ids': reference('m', 'Mailbox/query', '/list') }, '2'],
      ['Email/get', { '#ids': reference('m', 'Mailbox/get', '/nowhere') }, '3'],
      ['Email/get', { ids: [], '#ids': reference('m', 'Mailbox/get', '/notFound') }, '4'],
      ['Email/get', { '#ids': reference('m', 'Mailbox/get', '/notFound') }, '5'],
    ]);
    expect(answers.map(([name, answer]) => (name === 'error' ? answer.type : name))).toEqual([
      'Mailbox/get',
      'invalidResultReference',
      'invalidResultReference',
      'invalidResultReference',
      'invalidArguments',
      'Email/get',
    ]);
  });

  it('keeps createdIds over the calls of a request, and over requests if asked', async () => {
    const { server, alice } = await open();
    const id = alice.deliver(message('To be filed'));
    const using = ['urn:ietf:params:jmap:core', 'urn:ietf:params:jmap:mail'];
    const run = async (methodCalls: unknown[], createdIds?: Record<string, string>) =>
      (await (await post(server, JSON.stringify({ using, methodCalls, createdIds }))).json()) as {
        createdIds?: Record<string, string>;
      };
    const make = ['Mailbox/set', { accountId: 'A1', create: { box: { name: 'Box' } } }, '0'];
    const file = ['Email/set', { accountId: 'A1', update: { [id]: { mailboxIds: { '#box': true } } } }, '1'];
    expect(await run([make, file])).not.toHaveProperty('createdIds');
    expect(alice.messages()[0]?.mailboxes).toEqual(['Box']);
    const inbox = alice.mailboxes().find((mailbox) => mailbox.role === 'inbox')?.id ?? '';
    expect((await run([file], { box: inbox })).createdIds).toEqual({ box: inbox });
    expect(alice.messages()[0]?.mailboxes).toEqual(['Inbox']);
  });

  it('uploads, and gives the very octets back', async () => {
    const { server, jmap } = await open({ limits: { maxSizeUpload: 1_000 } });
    const octets = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
    const blobId = await jmap.upload(octets, 'application/octet-stream');
    expect(await jmap.download(blobId)).toEqual(octets);
    await expect(jmap.download('Gnone')).rejects.toMatchObject({ status: 404 });
    await expect(jmap.upload(Buffer.alloc(1_001))).rejects.toMatchObject({ status: 413 });
    const bobs = `${server.url}/jmap/download/A1/${blobId}/x`;
    expect((await fetch(bobs, { headers: { authorization: 'Bearer token-bob' } })).status).toBe(404);
  });

  it('counts what was asked of it', async () => {
    const { server, jmap } = await open();
    await jmap.calls([
      ['Mailbox/get', { ids: null }, '0'],
      ['Email/query', {}, '1'],
    ]);
    await jmap.call('Email/query');
    expect(server.stats).toMatchObject({ httpRequests: 2, requests: { api: 2 }, totalMethodCalls: 3 });
    expect(server.stats.methodCalls).toEqual({ 'Mailbox/get': 1, 'Email/query': 2 });
    expect(server.stats.bytesOut).toBeGreaterThan(server.stats.bytesIn);
    server.stats.reset();
    expect(server.stats).toMatchObject({ httpRequests: 0, totalMethodCalls: 0, bytesOut: 0 });
  });
});
