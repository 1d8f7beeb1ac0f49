import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listChanges } from '../../../../src/db/pending-changes';
import type { AccountStatus } from '../../../../src/model/account';
import { AccountLoop } from '../../../../src/sync/account-loop';
import { createJmapBackend } from '../../../../src/sync/jmap/backend';
import { testClocks } from '../../../support/set-clocks';
import { keywords } from '../../../support/synced-account';
import { openAccount, type TestAccount } from './open-account';

const hour = 3_600_000;

async function running(): Promise<
  TestAccount & { ids: string[]; loop: AccountLoop; clocks: ReturnType<typeof testClocks>; statuses: AccountStatus[] }
> {
  const account = await openAccount();
  const ids = account.deliver(3);
  await account.local.syncAll();
  const { db, account: settings, accountId, secret } = account.local;
  const clocks = testClocks();
  const statuses: AccountStatus[] = [];
  const loop = new AccountLoop({
    accountId,
    db,
    createBackend: () => createJmapBackend({ account: settings, secret, db, warn: () => undefined }),
    onStatus: (status) => statuses.push(status),
    log: () => undefined,
    timing: { poll: hour, pollWithPush: hour, backoff: { first: 20, longest: 100 }, clocks },
  });
  onTestFinished(() => loop.stop());
  await until(() => loop.status.state === 'idle');
  return { ...account, ids, loop, clocks, statuses };
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 2000) throw new Error('it did not come to be');
    await delay(10);
  }
}

describe('S29: Retry-After', () => {
  it.each([429, 503])('%s: nothing is sent before, whoever asks; all of it after', async (status) => {
    const { local, ids, loop, clocks, server, compare } = await running();
    const [a = '', b = ''] = ids;
    server.faults.next({ kind: 'status', status, retryAfter: 600, method: 'Email/set' });
    local.act(a, keywords(['$flagged']));
    loop.wakeOutbox();
    await until(() => listChanges(local.db)[0]?.attempts === 1);
    server.stats.reset();
    for (let asked = 0; asked < 20; asked++) {
      if (asked === 5) local.act(b, keywords(['$seen'])); // a person goes on
      loop.wake();
      loop.wakeOutbox();
      await delay(10);
    }
    expect(server.stats.httpRequests).toBe(0);
    expect(listChanges(local.db).map(({ state }) => state)).toEqual(['queued', 'queued']);
    clocks.pass(600_000);
    loop.wake();
    await until(() => listChanges(local.db).length === 0);
    expect(server.stats.methodCalls['Email/set']).toBe(1);
    await compare();
  });

  it('holds while it is not connected too, and a person who wants to read is told at once why not', async () => {
    const { loop, clocks, server } = await running();
    server.faults.next({ kind: 'status', status: 503, retryAfter: 600, endpoint: 'api' });
    loop.wake();
    await until(() => loop.status.state === 'trouble');
    server.stats.reset();
    for (let asked = 0; asked < 10; asked++) {
      loop.wake();
      await expect(loop.whenConnected(new AbortController().signal)).rejects.toMatchObject({ reason: 'unavailable' });
      await delay(10);
    }
    expect(server.stats.httpRequests).toBe(0);
    clocks.sleep(600_000); // the machine slept meanwhile
    loop.wake();
    await until(() => loop.status.state === 'idle');
  });
});

describe('S27: a message whose change the server put off', () => {
  it('does not hold up others, and a later change of it does not overtake', async () => {
    const { local, ids, loop, server, remote, compare } = await running();
    const [a = '', b = ''] = ids;
    const stopRefusing = server.faults.always({
      kind: 'setErrors',
      method: 'Email/set',
      ids: [a],
      error: { type: 'rateLimit' },
    });
    local.act(a, keywords(['$flagged', 'first']));
    loop.wakeOutbox();
    await until(() => (listChanges(local.db)[0]?.attempts ?? 0) > 0);
    local.act(a, keywords([], ['first']));
    local.act(b, keywords(['$flagged']));
    loop.wakeOutbox();
    await until(() => remote.messages().some(({ id, keywords: has }) => id === b && has.includes('$flagged')));
    await until(() => listChanges(local.db).length === 2); // what the server took is written down a moment later
    expect(listChanges(local.db).map(({ emailId }) => emailId)).toEqual([local.key(a), local.key(a)]);
    stopRefusing();
    await until(() => listChanges(local.db).length === 0);
    const has = remote.messages().find(({ id }) => id === a)?.keywords;
    expect(has).toContain('$flagged');
    expect(has).not.toContain('first');
    await compare();
  });
});

describe('a network that wants a sign-in page first', () => {
  it.each([
    [{ kind: 'contentType', type: 'text/html', body: '<h1>Welcome</h1>' } as const],
    [{ kind: 'redirect', location: 'http://127.0.0.1:9/portal', status: 302 } as const],
  ])('S29, S13: %j is being offline: no attempt is counted, no credentials follow, and it recovers', async (fault) => {
    const { local, ids, loop, server, compare } = await running();
    const heal = [
      server.faults.always({ ...fault, endpoint: 'api' }),
      server.faults.always({ ...fault, endpoint: 'session' }),
      server.faults.always({ ...fault, endpoint: 'wellKnown' }),
    ];
    local.act(ids[0] ?? '', keywords(['$flagged']));
    loop.wakeOutbox();
    await until(() => loop.status.state === 'offline');
    const status = loop.status;
    expect('message' in status ? status.message : '').toMatch(/sign in first|cannot be reached/);
    await delay(100); // a few more tries
    expect(listChanges(local.db)).toMatchObject([{ state: 'queued', attempts: 0, lastError: null }]);
    for (const stop of heal) stop();
    loop.wake();
    await until(() => listChanges(local.db).length === 0 && loop.status.state === 'idle');
    await compare();
  });
});
