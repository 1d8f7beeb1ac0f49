import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listChanges } from '../../../../src/db/pending-changes';
import { SyncManager } from '../../../../src/sync/sync-manager';
import { keywords } from '../../../support/synced-account';
import { openAccount } from './open-account';

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 2000) throw new Error('it did not come to be');
    await delay(10);
  }
}

/** An account that the manager runs, as an engine does, with three messages and nothing to do. */
async function running() {
  const account = await openAccount();
  const ids = account.deliver(3);
  await account.local.syncAll();
  const { db, accountId, secret } = account.local;
  const asked: string[] = [];
  const sync = new SyncManager({
    db,
    onCredentialsNeeded: (id) => asked.push(id),
    timing: { poll: 3_600_000, pollWithPush: 3_600_000, backoff: { first: 10, longest: 50 } },
  });
  onTestFinished(() => sync.stop());
  const act = (at: number) => {
    account.local.act(ids[at] ?? '', keywords(['$flagged']));
    sync.wakeOutbox([accountId]);
  };
  const flagged = () => account.remote.messages().filter((message) => message.keywords.includes('$flagged')).length;
  const state = () => sync.status(accountId).state;
  await sync.authenticate(accountId, secret);
  await until(() => state() === 'idle');
  return { ...account, db, accountId, secret, sync, asked, act, flagged, state };
}

describe('S29: signed out', () => {
  it('the queue stops and is kept, with no attempt counted; signing in again sends it once', async () => {
    const { server, db, accountId, secret, sync, act, flagged, state, compare } = await running();
    const accepted = server.faults.always({ kind: 'status', status: 401 });
    act(0);
    await until(() => state() === 'signed-out');
    act(1);
    server.stats.reset();
    for (let asked = 0; asked < 10; asked++) {
      sync.wake(null);
      sync.wakeOutbox([accountId]);
      await delay(20);
    }
    expect(server.stats.httpRequests).toBe(0);
    expect(listChanges(db)).toMatchObject([
      { state: 'queued', attempts: 0, lastError: null },
      { state: 'queued', attempts: 0, lastError: null },
    ]);
    // A window without a secret changes nothing, nor does one with a wrong one.
    await sync.authenticate(accountId, null);
    expect(state()).toBe('signed-out');
    accepted();
    await sync.authenticate(accountId, 'wrong');
    await until(() => state() === 'signed-out');
    expect(listChanges(db)).toHaveLength(2);
    expect(flagged()).toBe(0);

    server.stats.reset();
    await sync.authenticate(accountId, secret);
    await until(() => listChanges(db).length === 0 && state() === 'idle');
    expect(flagged()).toBe(2);
    expect(server.stats.methodCalls['Email/set']).toBe(1);
    await compare();
  });

  it('S30: a new secret for the same account resumes what waited while its loop was stopped', async () => {
    const { server, db, accountId, secret, sync, asked, act, flagged, state, compare } = await running();
    await sync.change(accountId, null, () => undefined); // as `accounts/update` does
    act(0);
    act(2);
    server.stats.reset();
    expect(asked).toEqual([accountId]);
    sync.askForMissingSecrets();
    expect(asked).toEqual([accountId, accountId]);
    await sync.authenticate(accountId, null);
    expect(state()).toBe('signed-out');
    await delay(100);
    expect(server.stats.httpRequests).toBe(0);
    expect(listChanges(db).map((change) => change.state)).toEqual(['queued', 'queued']);
    await sync.authenticate(accountId, secret);
    await until(() => listChanges(db).length === 0 && state() === 'idle');
    expect(flagged()).toBe(2);
    await compare();
  });
});
