import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AccountLoop } from '../../../../src/sync/account-loop';
import type { AccountStatus } from '../../../../src/model/account';
import { createJmapBackend } from '../../../../src/sync/jmap/backend';
import { listChanges } from '../../../../src/db/pending-changes';
import { keywords } from '../../../support/synced-account';
import { openAccount, type TestAccount } from './open-account';

interface Running {
  readonly loop: AccountLoop;
  readonly statuses: AccountStatus[];
  readonly log: string[];
}

function run({ local }: TestAccount, secret = local.secret, onLog: (line: string) => void = () => undefined): Running {
  const statuses: AccountStatus[] = [];
  const log: string[] = [];
  const { db, account, accountId } = local;
  const loop = new AccountLoop({
    accountId,
    db,
    createBackend: () => createJmapBackend({ account, secret, db, warn: (message) => log.push(message) }),
    onStatus: (status) => statuses.push(status),
    log: ({ level, kind, message }) => {
      const line = `${level} ${kind}: ${message}`;
      log.push(line);
      onLog(line);
    },
    timing: { poll: 600_000, pollWithPush: 600_000, backoff: { first: 20, longest: 100 } },
  });
  onTestFinished(() => loop.stop());
  return { loop, statuses, log };
}

async function until(holds: () => boolean, log: readonly string[]): Promise<void> {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > 10_000) throw new Error(`it did not come to be:\n${log.join('\n')}`);
    await delay(10);
  }
}

describe('the account loop over JMAP', () => {
  it('S12: a push that dies is made anew, and what came meanwhile is not missed', async () => {
    const account = await openAccount();
    account.deliver(3);
    const { log } = run(account);
    await until(() => account.server.push.count() === 1 && account.count() === 3, log);
    account.deliver(1);
    await until(() => account.count() === 4, log);
    account.server.push.drop();
    account.deliver(1);
    await until(() => account.count() === 5 && account.server.push.count() === 1, log);
    account.deliver(1);
    await until(() => account.count() === 6, log);
    await account.compare();
  });

  it('fetches the rest also from a server that has news in every cycle', async () => {
    const account = await openAccount({ limits: { maxObjectsInGet: 5 } });
    account.deliver(40);
    const { loop, log } = run(account, account.local.secret, (line) => {
      if (line.startsWith('info changes')) loop.wake();
    });
    await until(() => account.count() === 40, log);
  });

  it('S12: a server without push is polled', async () => {
    const account = await openAccount({ push: false });
    account.deliver(3);
    const { loop, log } = run(account);
    await until(() => loop.status.state === 'idle' && account.count() === 3, log);
    expect(log.join()).toContain('has no push');
    account.deliver(1);
    loop.wake();
    await until(() => account.count() === 4, log);
  });

  it('S29: 503 and cut answers are tried again, and the reason is shown meanwhile', async () => {
    const account = await openAccount();
    account.deliver(3);
    account.server.faults.next({ kind: 'status', status: 503, endpoint: 'wellKnown' }, 2);
    account.server.faults.next({ kind: 'reset', endpoint: 'api' });
    account.server.faults.next({ kind: 'malformed', endpoint: 'api' });
    const { loop, statuses, log } = run(account);
    await until(() => loop.status.state === 'idle' && account.count() === 3, log);
    expect(statuses.map(({ state }) => state)).toEqual(expect.arrayContaining(['trouble', 'idle']));
    await account.compare();
  });

  it('S29: a wrong password stops the loop and keeps the queue', async () => {
    const account = await openAccount();
    const [id = ''] = account.deliver(1);
    await account.local.syncAll();
    account.local.act(id, keywords(['$flagged']));
    const { loop, log } = run(account, 'wrong');
    await until(() => loop.status.state === 'signed-out', log);
    expect(listChanges(account.local.db)).toMatchObject([{ state: 'queued', attempts: 0 }]);
  });

  it('an action is sent at once, in the middle of a back-fill too', async () => {
    const account = await openAccount({ limits: { maxObjectsInGet: 20 } });
    const ids = account.deliver(400);
    await account.local.cycle();
    account.server.faults.always({ kind: 'delay', ms: 20, method: 'Email/get' });
    const { loop, log } = run(account);
    await until(() => loop.status.state === 'backfilling', log);
    const newest = ids.at(-1) ?? '';
    account.local.act(newest, keywords(['$flagged']));
    loop.wakeOutbox();
    await until(() => listChanges(account.local.db).length === 0, log);
    expect(account.count()).toBeLessThan(400);
    await until(() => loop.status.state === 'idle' && account.count() === 400, log);
    await account.compare();
  });

  it('S4: stopped at any moment, nothing is written after it', async () => {
    const account = await openAccount({ limits: { maxObjectsInGet: 10 } });
    account.deliver(200);
    const { loop, log } = run(account);
    await until(() => account.count() > 50, log);
    await loop.stop();
    const here = account.count();
    const { bytesWritten } = account.local.db.mail.stats;
    await delay(50);
    expect(account.count()).toBe(here);
    expect(account.local.db.mail.stats.bytesWritten).toBe(bytesWritten);
    await account.local.syncAll();
    await account.compare();
  });
});
