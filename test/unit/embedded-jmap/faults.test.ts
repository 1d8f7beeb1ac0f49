import { describe, expect, it } from 'vitest';

import { message, open, post } from './open-server';

const body = (method: string, args: object = {}) =>
  JSON.stringify({
    using: ['urn:ietf:params:jmap:core', 'urn:ietf:params:jmap:mail'],
    methodCalls: [[method, { accountId: 'A1', ...args }, '0']],
  });

describe('faults of a whole exchange', () => {
  it('answers a status with Retry-After as often as ordered, to the method ordered', async () => {
    const { server } = await open();
    server.faults.next({ kind: 'status', status: 429, retryAfter: 7, method: 'Email/set' }, 2);
    expect((await post(server, body('Email/query'))).status).toBe(200);
    for (let n = 0; n < 2; n++) {
      const response = await post(server, body('Email/set'));
      expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    }
    expect(server.faults.pending).toBe(0);
    expect((await post(server, body('Email/set'))).status).toBe(200);
  });

  it('never answers, resets, truncates, cuts and garbles', async () => {
    const { server } = await open();
    const { faults } = server;
    faults.next({ kind: 'hang' });
    const hung = fetch(`${server.url}/jmap/session`, { signal: AbortSignal.timeout(80) });
    await expect(hung).rejects.toMatchObject({ name: 'TimeoutError' });
    faults.next({ kind: 'reset' });
    await expect(post(server, body('Email/query'))).rejects.toThrow('fetch failed');
    faults.next({ kind: 'truncate' });
    const short = await post(server, body('Email/query'));
    expect(short.status).toBe(200);
    await expect(short.json()).rejects.toThrow(SyntaxError);
    faults.next({ kind: 'truncate', cut: true });
    await expect(post(server, body('Email/query')).then((response) => response.text())).rejects.toThrow();
    faults.next({ kind: 'malformed' });
    await expect((await post(server, body('Email/query'))).json()).rejects.toThrow(SyntaxError);
    faults.next({ kind: 'contentType', type: 'text/html', body: '<h1>Sign in to the train</h1>' });
    const portal = await post(server, body('Email/query'));
    expect(portal.headers.get('content-type')).toBe('text/html');
    expect(faults.pending).toBe(0);
  });

  it('drips, and a redirect leads to another origin', async () => {
    const { server } = await open();
    server.faults.next({ kind: 'drip', octets: 40, everyMs: 1 });
    expect(await (await post(server, body('Email/query'))).json()).toHaveProperty('sessionState');
    server.faults.next({ kind: 'redirect', location: 'http://elsewhere.example/', endpoint: 'session' });
    const response = await fetch(`${server.url}/jmap/session`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, 'http://elsewhere.example/']);
  });

  it('S33: loses the answer of what was applied', async () => {
    const { server, alice } = await open();
    const id = alice.deliver(message('Read me'));
    server.faults.next({ kind: 'loseAnswer', method: 'Email/set' });
    const update = { update: { [id]: { 'keywords/$seen': true } } };
    await expect(post(server, body('Email/set', update))).rejects.toThrow('fetch failed');
    expect(alice.messages()[0]?.keywords).toEqual(['$seen']);
  });

  it('changes the answer at will, until it is told to stop', async () => {
    const { server } = await open();
    const stop = server.faults.always({ kind: 'mutateAnswer', change: () => ({ methodResponses: 'none' }) });
    for (let n = 0; n < 3; n++) {
      expect(await (await post(server, body('Email/query'))).json()).toEqual({ methodResponses: 'none' });
    }
    stop();
    expect(await (await post(server, body('Email/query'))).json()).toHaveProperty('sessionState');
    server.faults.always({ kind: 'status', status: 503 });
    server.faults.clear();
    expect((await post(server, body('Email/query'))).status).toBe(200);
  });

  it('is for one user only if ordered so', async () => {
    const { server } = await open();
    server.faults.always({ kind: 'status', status: 401, user: 'bob@example.test' });
    expect((await post(server, body('Email/query'))).status).toBe(200);
    const bob = await fetch(`${server.url}/jmap/session`, { headers: { authorization: 'Bearer token-bob' } });
    expect(bob.status).toBe(401);
  });
});

describe('faults of one method call', () => {
  it('answers the error ordered, applied or not', async () => {
    const { server, jmap, alice } = await open();
    const id = alice.deliver(message('One'));
    const update = { update: { [id]: { 'keywords/$seen': true } } };
    server.faults.next({ kind: 'methodError', type: 'stateMismatch', method: 'Email/set' });
    await expect(jmap.call('Email/set', update)).rejects.toMatchObject({ type: 'stateMismatch' });
    expect(alice.messages()[0]?.keywords).toEqual([]);
    server.faults.next({ kind: 'methodError', type: 'serverPartialFail', method: /set$/, applied: true });
    await expect(jmap.call('Email/set', update)).rejects.toMatchObject({ type: 'serverPartialFail' });
    expect(alice.messages()[0]?.keywords).toEqual(['$seen']);
  });

  it('S8: has more changes in an unchanged state', async () => {
    const { server, jmap, alice } = await open();
    const { state = '' } = await jmap.call('Email/get', { ids: [] });
    alice.deliver(message('One'));
    server.faults.next({ kind: 'stuckChanges', method: 'Email/changes' });
    const stuck = await jmap.call('Email/changes', { sinceState: state });
    expect(stuck).toMatchObject({ oldState: state, newState: state, hasMoreChanges: true, created: [] });
    expect((await jmap.call('Email/changes', { sinceState: state })).created).toHaveLength(1);
  });

  it('S9: an incomplete walk in each of its forms', async () => {
    const { server, jmap, alice } = await open();
    const ids = ['One', 'Two', 'Three'].map((subject) => alice.deliver(message(subject)));
    const query = (position: number) => jmap.call('Email/query', { position, limit: 2, calculateTotal: true });
    server.faults.next({ kind: 'withoutTotal' });
    expect(await query(0)).not.toHaveProperty('total');
    server.faults.next({ kind: 'emptyPage' });
    expect(await query(2)).toMatchObject({ ids: [], total: 3, position: 2 });
    server.faults.next({ kind: 'ignorePosition' });
    expect(await query(2)).toMatchObject({ ids: ids.slice(0, 2), position: 0 });
    server.faults.next({ kind: 'notFound', ids: ids.slice(0, 1) });
    const { list, notFound } = await jmap.call('Email/get', { ids, properties: [] });
    expect([list?.length, notFound]).toEqual([2, ids.slice(0, 1)]);
    expect(await query(2)).toMatchObject({ ids: ids.slice(2), total: 3 });
  });

  it('S29: refuses single items and does the rest', async () => {
    const { server, jmap, alice } = await open();
    const ids = ['One', 'Two'].map((subject) => alice.deliver(message(subject)));
    const [refused = '', done = ''] = ids;
    server.faults.next({ kind: 'setErrors', method: 'Email/set', ids: [refused], error: { type: 'overQuota' } });
    const answer = await jmap.call('Email/set', {
      update: Object.fromEntries(ids.map((id) => [id, { 'keywords/$seen': true }])),
    });
    expect(answer.notUpdated).toEqual({ [refused]: { type: 'overQuota' } });
    expect(answer.updated).toEqual({ [done]: null });
    server.faults.next({ kind: 'setErrors', method: 'Email/set', error: { type: 'forbidden' } });
    expect((await jmap.call('Email/set', { destroy: ids })).notDestroyed).toEqual({
      [refused]: { type: 'forbidden' },
      [done]: { type: 'forbidden' },
    });
    expect(alice.messages()).toHaveLength(2);
  });

  it('changes the response at will', async () => {
    const { server, jmap } = await open();
    server.faults.next({ kind: 'mutate', method: 'Mailbox/get', change: ({ list: _, ...rest }) => rest });
    expect(await jmap.call('Mailbox/get', { ids: null })).not.toHaveProperty('list');
  });
});
