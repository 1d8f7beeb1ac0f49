import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listChanges } from '../../../../src/db/pending-changes';
import { AccountLoop } from '../../../../src/sync/account-loop';
import { createJmapBackend } from '../../../../src/sync/jmap/backend';
import type { LoopTiming } from '../../../../src/sync/loop-timing';
import { startEmbeddedJmap } from '../../../servers/embedded-jmap/embedded-jmap';
import { generatedMail } from '../../../servers/embedded-jmap/generated-mail';
import { connectJmap } from '../../../servers/raw-jmap';
import { startSleepyNetwork, type SleepyNetwork } from '../../../servers/sleepy-network';
import { compareWithServer } from '../../../support/compare-with-server';
import { testClocks, type TestClocks } from '../../../support/set-clocks';
import { keywords, openSyncedAccount } from '../../../support/synced-account';

/** Far more than a test waits: what works again within it was not brought back by a time-out or a back-off. */
const forever = 600_000;

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 800) throw new Error(`not within 20 s: ${what}`);
    await delay(25);
  }
}

/** An account with three messages, on a server behind a network that sleeps when it is told to. */
async function open(): ReturnType<typeof opened> {
  const account = await opened();
  account.deliver(3);
  await account.local.syncAll();
  account.local.backend.dispose();
  account.server.stats.reset();
  return account;
}

async function opened() {
  const server = await startEmbeddedJmap({ urls: 'relative' });
  onTestFinished(() => server.stop());
  const network: SleepyNetwork = await startSleepyNetwork(server.port);
  onTestFinished(() => network.stop());
  const login = { user: 'alice@example.test', password: 'secret-alice' };
  const local = await openSyncedAccount({ ...login, url: `http://127.0.0.1:${network.port}` });
  onTestFinished(() => local.close());
  const { db, account, accountId, secret } = local;
  const remote = server.account('alice');
  const log: string[] = [];
  const clocks: TestClocks = testClocks();
  let months = 0;
  return {
    server,
    network,
    local,
    remote,
    log,
    clocks,
    deliver: (count: number) => remote.deliverAll(generatedMail(count, new Date(Date.UTC(2031, months++, 1)))),
    count: () => db.mail.get('SELECT count(*) FROM emails', [], (row) => Number(row[0])),
    compare: async () =>
      compareWithServer(db, accountId, await connectJmap({ ...login, url: `http://127.0.0.1:${server.port}` })),
    /** The account's loop, in which only what a doubt does is quick. `proof`: ms. */
    startLoop: (proof: number, timing: Partial<LoopTiming> = {}): AccountLoop => {
      const loop = new AccountLoop({
        accountId,
        db,
        createBackend: () =>
          createJmapBackend(
            { account, secret, db, warn: () => undefined },
            { proof, timeouts: { headers: forever, idle: forever }, push: { tolerance: forever } },
          ),
        onStatus: () => undefined,
        log: ({ level, kind, message }) => log.push(`${level} ${kind}: ${message}`),
        timing: {
          poll: forever,
          pollWithPush: forever,
          backoff: { first: forever, longest: forever },
          clocks,
          ...timing,
        },
      });
      onTestFinished(() => loop.stop());
      return loop;
    },
  };
}

describe('S26: the machine slept, or its network changed', () => {
  it('S26: what came meanwhile is here at once, and it listens again, without an error', async () => {
    const { server, network, count, deliver, log, startLoop, compare } = await open();
    const loop = startLoop(forever);
    await until('listening', () => loop.status.state === 'idle' && server.push.count() === 1);
    network.sleep();
    deliver(1);
    network.wake();
    loop.wokeUp();
    await until('what came meanwhile', () => count() === 4);
    await until('listening anew', () => server.stats.requests.eventSource === 2 && loop.status.state === 'idle');
    deliver(1);
    await until('what comes now', () => count() === 5);
    expect(log.filter((line) => !line.startsWith('info'))).toEqual([]);
    await compare();
  });

  it('S26: a connection that is made just then is not waited for either', async () => {
    const { network, startLoop } = await open();
    network.sleep();
    const loop = startLoop(300);
    await until('a request that nobody hears', () => network.stats.swallowed > 0);
    network.wake();
    loop.wokeUp();
    await until('connected', () => loop.status.state === 'idle');
  });

  it('S26: an action whose request was under way is sent again at once', async () => {
    const { server, network, local, remote, startLoop, compare } = await open();
    const loop = startLoop(300);
    await until('listening', () => loop.status.state === 'idle' && server.push.count() === 1);
    network.sleep();
    const { swallowed } = network.stats;
    const [id = ''] = remote.messages().map((message) => message.id);
    local.act(id, keywords(['$flagged']));
    loop.wakeOutbox();
    await until('a request that nobody hears', () => network.stats.swallowed > swallowed);
    network.wake();
    loop.wokeUp();
    await until('sent', () => listChanges(local.db).length === 0);
    expect(server.stats.methodCalls['Email/set']).toBe(1);
    await compare();
  });

  it('S26, S29: one that the server took without our hearing of it comes to the same, and later ones win', async () => {
    const { server, network, local, remote, startLoop, compare } = await open();
    const loop = startLoop(300);
    await until('listening', () => loop.status.state === 'idle' && server.push.count() === 1);
    const [id = ''] = remote.messages().map((message) => message.id);
    server.faults.next({ kind: 'delay', ms: 200, method: 'Email/set' });
    local.act(id, keywords(['$flagged', 'kept']));
    loop.wakeOutbox();
    await until('taken', () => remote.messages().some((message) => message.keywords.includes('$flagged')));
    network.sleep();
    local.act(id, keywords([], ['$flagged']));
    network.wake();
    loop.wokeUp();
    await until('sent', () => listChanges(local.db).length === 0);
    const has = remote.messages().find((message) => message.id === id)?.keywords;
    expect(has).toContain('kept');
    expect(has).not.toContain('$flagged');
    expect(server.stats.methodCalls['Email/set']).toBe(2);
    await compare();
  });

  it('S26: what still lives goes on', async () => {
    const { server, local, remote, log, startLoop, compare } = await open();
    const loop = startLoop(5_000);
    await until('listening', () => loop.status.state === 'idle' && server.push.count() === 1);
    const [id = ''] = remote.messages().map((message) => message.id);
    server.faults.next({ kind: 'delay', ms: 500, method: 'Email/set' });
    local.act(id, keywords(['$flagged']));
    loop.wakeOutbox();
    await until('under way', () => server.stats.methodCalls['Email/set'] === 1);
    loop.wokeUp();
    await until('sent', () => listChanges(local.db).length === 0);
    expect(server.stats.methodCalls['Email/set']).toBe(1);
    expect(log.filter((line) => !line.startsWith('info'))).toEqual([]);
    await compare();
  });

  it('S26: a network that comes and goes makes no storm: doubts in a row are two', async () => {
    const { server, network, log, startLoop } = await open();
    const loop = startLoop(2_000);
    await until('listening', () => loop.status.state === 'idle' && server.push.count() === 1);
    const before = network.stats.connections;
    for (let doubts = 0; doubts < 20; doubts++) {
      loop.wokeUp();
      await delay(10);
    }
    await until('listening anew', () => server.stats.requests.eventSource === 3);
    await until('quiet', () => loop.status.state === 'idle' && server.push.count() === 1);
    expect(server.stats.requests.eventSource).toBe(3);
    // For each of the two: one to listen, and some to ask while another one is not free yet. Each doubt has two at least.
    expect(network.stats.connections - before).toBeLessThanOrEqual(10);
    expect(log.filter((line) => !line.startsWith('info'))).toEqual([]);
  });

  it('S29: what the server asked for by Retry-After holds, for the push too', async () => {
    const { server, local, remote, clocks, startLoop, compare } = await open();
    const loop = startLoop(forever);
    await until('listening', () => loop.status.state === 'idle' && server.push.count() === 1);
    server.faults.next({ kind: 'status', status: 429, retryAfter: 600, method: 'Email/set' });
    const [id = ''] = remote.messages().map((message) => message.id);
    local.act(id, keywords(['$flagged']));
    loop.wakeOutbox();
    await until('put off', () => listChanges(local.db)[0]?.attempts === 1);
    server.stats.reset();
    loop.wokeUp();
    await until('the old push is gone', () => server.push.count() === 0);
    await delay(100);
    expect(server.stats.httpRequests).toBe(0);
    clocks.sleep(600_000);
    loop.wokeUp();
    await until('sent', () => listChanges(local.db).length === 0 && server.push.count() === 1);
    await compare();
  });
});

describe('S26: a network that is not ready when the machine wakes up', () => {
  it('is tried again soon, however often it had failed before', async () => {
    const { server, log, local, startLoop } = await open();
    const failures = (): number => log.filter((line) => line.includes('connect:')).length;
    await server.stop();
    const loop = startLoop(300, {
      backoff: { first: 100, longest: forever, longestOffline: forever, random: () => 1 },
    });
    for (let number = 1; number <= 14; number++) {
      await until(`failure ${number}`, () => failures() >= number && loop.status.state === 'offline');
      loop.wake(); // else the next one is minutes away by now
    }
    const before = failures();
    loop.wokeUp();
    await until('several tries', () => failures() >= before + 5);
    expect(listChanges(local.db)).toEqual([]);
  });
});
