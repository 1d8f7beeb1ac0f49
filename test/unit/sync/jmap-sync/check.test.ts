import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { setState } from '../../../../src/db/sync-state';
import { AccountLoop } from '../../../../src/sync/account-loop';
import { createJmapBackend } from '../../../../src/sync/jmap/backend';
import { owedWalk } from '../../../../src/sync/jmap/owed-walk';
import { check, damage } from '../../../support/check-account';
import { never } from '../../../support/synced-account';
import { openAccount, type TestAccount } from './open-account';

const week = 7 * 24 * 3_600_000;

function run({ local }: TestAccount, poll: number): { loop: AccountLoop; log: string[]; states: string[] } {
  const log: string[] = [];
  const states: string[] = [];
  const { db, account, accountId, secret } = local;
  const loop = new AccountLoop({
    accountId,
    db,
    createBackend: () => createJmapBackend({ account, secret, db, warn: (message) => log.push(message) }),
    onStatus: ({ state }) => states.push(state),
    log: ({ level, kind, message }) => log.push(`${level} ${kind}: ${message}`),
    timing: { poll, pollWithPush: poll, backoff: { first: 20, longest: 100 } },
  });
  onTestFinished(() => loop.stop());
  return { loop, log, states };
}

async function until(holds: () => boolean, log: readonly string[]): Promise<void> {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > 20_000) throw new Error(`it did not come to be:\n${log.join('\n')}`);
    await delay(10);
  }
}

const checks = (log: readonly string[]): string[] => log.filter((line) => line.includes(' check: '));
const spoil = ({ local: { db } }: TestAccount): void =>
  damage(db, 'UPDATE emails SET flags = flags | 2, server_flags = server_flags | 2 WHERE id IN (2, 3)');

async function synced(count: number, options = {}): Promise<TestAccount & { readonly ids: string[] }> {
  const account = await openAccount(options);
  const ids = account.deliver(count);
  await account.local.syncAll();
  return { ...account, ids };
}

describe('checking an account with its loop (S39)', () => {
  it('S5: on demand, between two cycles, with its progress and what it found', async () => {
    const account = await synced(60, { limits: { maxObjectsInGet: 20 } });
    spoil(account);
    const { loop, log, states } = run(account, 600_000);
    const [a, b] = await Promise.all([loop.check(never), loop.check(never)]);
    expect(a).toEqual({ mailboxes: 6, emails: 60, findings: [{ kind: 'keywords-different', found: 2, mended: 2 }] });
    expect(b).toBe(a);
    await until(() => loop.status.state === 'idle', log);
    expect(states).toContain('checking');
    expect(checks(log)).toEqual(['warning check: Checked: 2 found wrong, 2 of them mended.']);
    await account.compare();
  });

  it('by itself where the last one was a week ago, once, and quietly', async () => {
    const account = await synced(20, { push: false });
    const { db, accountId } = account.local;
    spoil(account);
    damage(db, "UPDATE mailboxes SET total = 99 WHERE role = 'inbox'");
    const { log } = run(account, 20);
    await until(() => log.filter((line) => line.includes('Nothing new.')).length > 3, log);
    expect(checks(log)).toEqual([]); // what was just read for the first time is not compared
    setState(db, accountId, 'Check', String(Date.now() - week + 60_000), 1);
    await until(() => log.filter((line) => line.includes('Nothing new.')).length > 6, log);
    expect(checks(log)).toEqual([]);
    setState(db, accountId, 'Check', String(Date.now() - week), 1);
    await until(() => checks(log).length > 0, log);
    const cycles = log.length;
    // S37: a clock that is set forth and back makes no storm of checks.
    setState(db, accountId, 'Check', String(Date.now() + 2 * week), 1);
    await until(() => log.length > cycles + 5, log);
    expect(checks(log)).toEqual(['warning check: Checked: 3 found wrong, 3 of them mended.']);
    await account.compare();
  });

  it('ends when nobody waits for it any more, and the account goes on', async () => {
    const account = await synced(60, { limits: { maxObjectsInGet: 10 } });
    spoil(account);
    account.server.faults.always({ kind: 'delay', ms: 30, method: 'Email/get' });
    const { loop, log, states } = run(account, 600_000);
    const abort = new AbortController();
    const checking = loop.check(abort.signal);
    await until(() => owedWalk(account.local.db, account.local.accountId) !== null, log);
    abort.abort();
    await expect(checking).rejects.toMatchObject({ reason: 'cancelled' });
    // What it had begun is owed, and ended by the back-fill.
    await until(() => loop.status.state === 'idle', log);
    expect(states).not.toContain('trouble');
    await account.compare();
  });

  it('says why where there is no connection', async () => {
    const account = await synced(3);
    account.server.faults.always({ kind: 'reset' });
    const { loop } = run(account, 600_000);
    await expect(loop.check(never)).rejects.toMatchObject({ reason: 'offline' });
  });

  it('S4: interrupted by the end of the program, it is ended by the next start', async () => {
    const account = await synced(60, { limits: { maxObjectsInGet: 10 } });
    spoil(account);
    account.server.faults.always({ kind: 'delay', ms: 20, method: 'Email/get' });
    const { loop, log } = run(account, 600_000);
    const checking = loop.check(never);
    await until(() => owedWalk(account.local.db, account.local.accountId) !== null, log);
    await loop.stop();
    await expect(checking).rejects.toBeDefined();
    account.server.faults.clear();
    await account.local.restart();
    await account.local.syncAll();
    const found = await check(account.local.db, account.local.backend);
    expect(found).toEqual({});
    await account.compare();
  });
});

describe('the guards of a check', () => {
  const invent = `INSERT INTO emails (account_id, remote_id, thread_id, received_at, has_attachment, flags, keywords,
      server_flags, server_keywords, subject, addresses, preview, size, message_id, in_reply_to, message_references)
    SELECT account_id, 'invented', thread_id, 1, 0, 256, '', 256, '', 'Invented', '{}', '', 1, '', '', '' FROM emails LIMIT 1`;

  it.each(['withoutTotal', 'emptyPage'] as const)(
    'S9: deletes nothing where the list is in doubt: %s',
    async (kind) => {
      const account = await synced(20);
      const { db, backend } = account.local;
      damage(db, invent);
      spoil(account);
      account.server.faults.always({ kind, method: 'Email/query' });
      const found = await check(db, backend);
      expect(found).toMatchObject({ 'list-in-doubt': { found: 1, left: 1 } });
      expect(found).not.toHaveProperty('emails-extra');
      expect(account.count()).toBe(21);
      account.server.faults.clear();
      expect(await check(db, backend)).toMatchObject({ 'emails-extra': 1 });
      await account.compare();
    },
  );

  it('S7: asks in pages, and for no body', async () => {
    const account = await synced(60, { limits: { maxObjectsInGet: 10 } });
    const { db, backend } = account.local;
    const asked: string[] = [];
    account.server.faults.always({
      kind: 'mutate',
      method: 'Email/get',
      change: (response) => {
        asked.push(JSON.stringify(response));
        return response;
      },
    });
    expect(await check(db, backend)).toEqual({});
    expect(asked.length).toBeGreaterThanOrEqual(6);
    for (const answer of asked) {
      expect((JSON.parse(answer) as { list: unknown[] }).list.length).toBeLessThanOrEqual(10);
      expect(answer).not.toMatch(/subject|bodyValues|preview/);
    }
  });

  it('S9: takes what changes while it runs for news, whenever it comes', async () => {
    const account = await synced(60, { limits: { maxObjectsInGet: 10 } });
    const { db, backend } = account.local;
    const { ids, remote } = account;
    let answers = 0;
    account.server.faults.always({
      kind: 'mutate',
      method: 'Email/get',
      change: (response) => {
        answers += 1;
        if (answers === 4) {
          remote.setKeywords(ids[3] ?? '', ['$flagged']);
          remote.setKeywords(ids[55] ?? '', ['$seen']);
          remote.destroy(ids[7] ?? '');
          account.deliver(2);
        }
        return response;
      },
    });
    expect(await check(db, backend)).toEqual({});
    account.server.faults.clear();
    await account.local.syncAll();
    await account.compare();
  });

  it('a lost checkpoint has an ordinary sync compare what is here too', async () => {
    const account = await synced(30);
    const { local, remote, ids } = account;
    damage(local.db, "DELETE FROM sync_state WHERE resource_type = 'Email'");
    remote.setKeywords(ids[3] ?? '', ['$flagged']);
    remote.destroy(ids[5] ?? '');
    await local.syncAll();
    await account.compare();
  });
});
