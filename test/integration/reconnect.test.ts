import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { updateAccount } from '../../src/db/accounts';
import { SyncManager } from '../../src/sync/sync-manager';
import { startEmbeddedJmap, type EmbeddedJmap } from '../servers/embedded-jmap/embedded-jmap';
import { openTestDb, testAccount, type TestDb } from '../support/test-db';

let server: EmbeddedJmap;
let test: TestDb;
let sync: SyncManager;

beforeEach(async () => {
  server = await startEmbeddedJmap();
  test = await openTestDb();
  const sessionUrl = `${server.url}/.well-known/jmap`;
  updateAccount(test.db, {
    ...testAccount,
    settings: { protocol: 'jmap', sessionUrl, auth: 'basic', username: 'alice@example.test' },
  });
  // A back-off that outlasts the test: whatever is asked again within it was not asked by the back-off.
  sync = new SyncManager({
    db: test.db,
    onCredentialsNeeded: () => undefined,
    timing: { backoff: { first: 60_000, longest: 60_000 } },
  });
});
afterEach(async () => {
  await sync.stop();
  await server.stop();
  test.close();
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
async function until(state: string): Promise<void> {
  for (let tries = 0; sync.status(testAccount.id).state !== state; tries++) {
    if (tries > 400) throw new Error(`${state} not within 10 s: ${JSON.stringify(sync.status(testAccount.id))}`);
    await pause(25);
  }
}

describe('S29: the back-off', () => {
  it('is waited for although the push comes back at once: no storm', async () => {
    server.faults.always({ kind: 'reset', endpoint: 'api' });
    await sync.authenticate(testAccount.id, 'secret-alice');
    await until('offline');
    server.stats.reset();
    await pause(1_500);
    expect(server.stats.httpRequests).toBeLessThanOrEqual(1);
  });

  it('is skipped when the person asks, and then works at once', async () => {
    server.faults.always({ kind: 'reset', endpoint: 'api' });
    await sync.authenticate(testAccount.id, 'secret-alice');
    await until('offline');
    server.faults.clear();
    sync.wake(testAccount.id);
    await until('idle');
  });
});
