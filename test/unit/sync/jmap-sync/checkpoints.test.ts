import { describe, expect, it } from 'vitest';
import { getState } from '../../../../src/db/sync-state';
import { keywords, moved, never } from '../../../support/synced-account';
import { mailboxId, openAccount, type TestAccount } from './open-account';

/** Everything that makes requests: first sync, back-fill, changes in pages, a rebuild, sending. */
async function everything({ local, remote }: TestAccount, ids: readonly string[]): Promise<void> {
  await local.syncAll();
  const [a = '', b = '', c = ''] = ids;
  local.act(a, keywords(['$flagged']));
  local.act(b, moved(local.mailbox(mailboxId(remote, 'inbox')), local.mailbox(mailboxId(remote, 'archive'))));
  local.act(c, { type: 'destroy' });
  await local.drain();
  remote.createMailbox('New/Below');
  remote.deliverAll(Array.from({ length: 30 }, (_, index) => ({ raw: `Subject: later ${index}\r\n\r\n` })));
  await local.cycle();
  remote.destroy(ids[4] ?? '');
  remote.forgetChanges();
  await local.syncAll();
}

describe('checkpoints', () => {
  it('S4: killed at any request, a fresh engine converges', { timeout: 120_000 }, async () => {
    const whole = await openAccount({ limits: { maxObjectsInGet: 12 } });
    const count = whole.deliver(60);
    const before = whole.local.backend.traffic.requests;
    await everything(whole, count);
    await whole.compare();
    const requests = whole.local.backend.traffic.requests - before;
    expect(requests).toBeGreaterThan(15);
    for (let killAt = 0; killAt < requests; killAt++) await killedAt(killAt, killAt % 2 === 0);
  });

  /** The server dies away at the n-th request, before or after it did what it was asked; then all is started anew. */
  async function killedAt(request: number, applied: boolean): Promise<void> {
    const account = await openAccount({ limits: { maxObjectsInGet: 12 } });
    const { local, server } = account;
    const ids = account.deliver(60);
    server.faults.next({ kind: 'delay', ms: 0, endpoint: 'api' }, request);
    server.faults.always({ kind: applied ? 'loseAnswer' : 'reset', endpoint: 'api' });
    await expect(everything(account, ids)).rejects.toThrow();
    server.faults.clear();
    await local.restart();
    await local.syncAll();
    await local.drain();
    await local.syncAll();
    await account.compare();
  }

  it('S4: the checkpoint and its page are one transaction', async () => {
    const account = await openAccount();
    const { local, remote } = account;
    const ids = account.deliver(5);
    await local.syncAll();
    const seen: (readonly [string | null, number])[] = [];
    const watch = local.db.mail.onCommit(() => {
      seen.push([getState(local.db, local.accountId, 'Email'), account.count()]);
    });
    remote.destroy(...ids.slice(0, 2));
    account.deliver(1);
    await local.cycle();
    watch.dispose();
    // Mailboxes first, then all of the messages with their state at once.
    const states = seen.map(([state]) => state);
    expect(new Set(states).size).toBeLessThanOrEqual(2);
    expect(seen.filter(([state]) => state === states.at(-1)).map(([, messages]) => messages)).toEqual([4]);
  });

  it('S6: the state goes by the changes’ newState, never by that of a later Email/get', async () => {
    const account = await openAccount();
    const { local, remote, server } = account;
    const [first = ''] = account.deliver(3);
    await local.syncAll();
    // Between Email/changes and its Email/get somebody delivers; the Email/get tells of the newer state.
    remote.setKeywords(first, ['$flagged']);
    server.faults.next({
      kind: 'mutate',
      method: 'Email/changes',
      change: (response) => {
        remote.deliver('Subject: in between\r\n\r\n');
        return response;
      },
    });
    await local.cycle();
    expect(account.count()).toBe(3);
    await local.cycle();
    expect(account.count()).toBe(4);
    await account.compare();
  });

  it('S6: what changes while the first page is fetched is not missed', async () => {
    const account = await openAccount();
    const { local, remote, server } = account;
    const [first = '', second = ''] = account.deliver(3);
    server.faults.next({
      kind: 'mutate',
      method: 'Email/query',
      change: (response) => {
        remote.setKeywords(first, ['$flagged']);
        remote.destroy(second);
        remote.deliver('Subject: in between\r\n\r\n');
        return response;
      },
    });
    await local.cycle();
    await local.syncAll();
    await account.compare();
  });

  it('S4: a push or a wake in the middle of the back-fill loses nothing', async () => {
    const account = await openAccount({ limits: { maxObjectsInGet: 10 } });
    const { local, remote } = account;
    const ids = account.deliver(80);
    await local.cycle();
    for (let round = 0; local.backend.needsBackfill; round++) {
      remote.setKeywords(ids[round] ?? '', [`round${round}`]);
      remote.destroy(ids[79 - round * 2] ?? '');
      account.deliver(1);
      let pages = 0;
      await local.backend.backfill({ shouldYield: () => ++pages > 3, onProgress: () => undefined }, never);
      await local.cycle();
    }
    await account.compare();
  });
});
