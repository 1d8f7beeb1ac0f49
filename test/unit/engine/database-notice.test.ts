import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setNotice, type DatabaseNotice } from '../../../src/db/database-notice';
import { databaseHandlers, noticeLease } from '../../../src/engine/handlers/database';
import { SyncManager } from '../../../src/sync/sync-manager';
import { openTestDb, type TestDb } from '../../support/test-db';

const notice: DatabaseNotice = {
  what: 'damaged',
  file: 'set-aside',
  accounts: 1,
  changes: 2,
  orphans: 0,
  unreadable: 0,
  undecided: 0,
};

let test: TestDb;
let sync: SyncManager;
beforeEach(async () => {
  test = await openTestDb();
  sync = new SyncManager({ db: test.db, onCredentialsNeeded: () => undefined });
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await sync.stop();
  test.close();
});

const startEngine = () =>
  databaseHandlers({ db: test.db, sync, cacheDir: test.folder }, () => Promise.reject(new Error('no restore here')));

describe('what became of the database is told once', () => {
  it('by the first window that asks, and by no other once it was told', () => {
    setNotice(test.db.mail, notice);
    const engine = startEngine();
    expect(engine['database/notice']()).toEqual(notice);
    expect(engine['database/notice']()).toBeNull();
    engine['database/noticeTold']();
    vi.advanceTimersByTime(noticeLease + 1);
    expect(engine['database/notice']()).toBeNull();
    expect(startEngine()['database/notice']()).toBeNull();
  });

  it('by another one where the first was closed before the person can have seen it', () => {
    setNotice(test.db.mail, notice);
    const engine = startEngine();
    expect(engine['database/notice']()).toEqual(notice);
    vi.advanceTimersByTime(noticeLease + 1);
    expect(engine['database/notice']()).toEqual(notice);
    expect(startEngine()['database/notice']()).toEqual(notice);
  });
});
