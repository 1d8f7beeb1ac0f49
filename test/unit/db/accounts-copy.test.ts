import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { deleteAccount, insertAccount, listAccounts, replaceAccount, updateAccount } from '../../../src/db/accounts';
import { accountsCopyOf, readAccountsCopy } from '../../../src/db/accounts-copy';
import { forgetNotice, getNotice } from '../../../src/db/database-notice';
import type { MailDb } from '../../../src/db/mail-db';
import { abandonMailDb, closeMailDb, openMailDb } from '../../../src/db/open-mail-db';
import { PAGE_SIZE } from '../../../src/db/open-file';
import { listSavedChanges } from '../../../src/db/saved-changes';
import type { Account } from '../../../src/model/account';
import type { AccountId } from '../../../src/model/ids';
import { FuzzDisk } from '../../fuzz/disk';
import { bobsAccount, destroyPage, fillWithChanges, queueChanges, rootPage } from '../../support/damaged-mail';
import { testAccount } from '../../support/test-db';

let folder: string;
let file: string;
let disk: FuzzDisk;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mailpane-accounts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  file = path.join(folder, 'mail.db');
  disk = new FuzzDisk();
});

async function open(): Promise<MailDb> {
  disk.mend();
  const db = await openMailDb(folder, { onChanged: () => undefined, guard: disk.guard });
  onTestFinished(() => abandonMailDb(db));
  return db;
}

/** Two accounts with mail and 20 changes, closed. Returns the page of the accounts. */
async function filled(): Promise<number> {
  const db = await open();
  queueChanges(db, fillWithChanges(db), 0, 20);
  const page = rootPage(db, 'accounts');
  closeMailDb(db);
  return page;
}

async function accountsNow(): Promise<readonly Account[]> {
  const db = await open();
  const accounts = listAccounts(db);
  closeMailDb(db);
  return accounts;
}

const copied = (): readonly Account[] | undefined => readAccountsCopy(file)?.map(({ account }) => account);
const destroy = (name: string): void => writeFileSync(path.join(folder, name), 'x'.repeat(10_000));

describe('the accounts of a damaged mail.db', () => {
  it('come back where just their page is destroyed, and so does what waits in them', async () => {
    destroyPage(file, await filled());
    const db = await open();
    expect(listAccounts(db)).toEqual([testAccount, bobsAccount]);
    expect(listSavedChanges(db).map(({ state }) => state)).toEqual(Array(20).fill('queued'));
    expect(getNotice(db)).toMatchObject({ what: 'damaged', accounts: 2, changes: 20, orphans: 0, undecided: 0 });
  });

  it('come back where bodies.db is destroyed as well', async () => {
    destroyPage(file, await filled());
    destroy('bodies.db');
    const db = await open();
    expect(listAccounts(db)).toEqual([testAccount, bobsAccount]);
    expect(getNotice(db)).toMatchObject({ what: 'damaged', accounts: 2, changes: 20 });
  });

  it('come back where nothing of it can be read', async () => {
    await filled();
    destroy('mail.db');
    const db = await open();
    expect(listAccounts(db)).toEqual([testAccount, bobsAccount]);
    expect(getNotice(db)).toMatchObject({ what: 'damaged', accounts: 2, changes: 0 });
  });

  it.each([
    ['deleted', () => rmSync(file)],
    ['cut off to nothing', () => writeFileSync(file, '')],
  ])('come back where it was %s, and the person is told', async (_, lose) => {
    await filled();
    lose();
    const db = await open();
    expect(listAccounts(db)).toEqual([testAccount, bobsAccount]);
    expect(getNotice(db)).toMatchObject({ what: 'missing', file, accounts: 2, changes: 0 });
    forgetNotice(db);
    closeMailDb(db);
    expect(getNotice(await open())).toBeNull();
  });

  it('are those of mail.db, as long as it can be read: the copy is put right', async () => {
    await filled();
    for (const text of ['[]', '{"half', JSON.stringify([{ ...testAccount, name: 'Old', createdAt: 1 }])]) {
      writeFileSync(accountsCopyOf(file), text);
      const db = await open();
      expect(listAccounts(db)).toEqual([testAccount, bobsAccount]);
      expect(copied()).toEqual([testAccount, bobsAccount]);
      closeMailDb(db);
    }
    rmSync(accountsCopyOf(file));
    await open();
    expect(copied()).toEqual([testAccount, bobsAccount]);
  });

  it('are not those that were removed, though their rows still lie in pages that nobody uses', async () => {
    const db = await open();
    const many = Array.from({ length: 30 }, (_, n) => ({ ...bobsAccount, id: `account-${n + 100}` as AccountId }));
    for (const account of [...many, testAccount]) insertAccount(db, account, 1);
    for (const { id } of many) deleteAccount(db, id);
    closeMailDb(db);
    const bytes = readFileSync(file);
    // Else this proves nothing: the rows are there, and without the first page nothing tells that they are not in use.
    expect(many.filter(({ id }) => bytes.includes(id)).length).toBeGreaterThan(5);
    writeFileSync(file, bytes.fill(0, 0, PAGE_SIZE));
    expect(listAccounts(await open())).toEqual([testAccount]);
  });

  it('hold no password: only what mail.db has', async () => {
    await filled();
    expect(JSON.parse(readFileSync(accountsCopyOf(file), 'utf8'))).toEqual([
      { ...testAccount, createdAt: 1 },
      { ...bobsAccount, createdAt: 2 },
    ]);
  });
});

const carol: Account = { ...bobsAccount, id: 'account-3' as AccountId, name: 'Carol' };
const moved: Account = {
  ...bobsAccount,
  settings: { protocol: 'jmap', sessionUrl: 'http://127.0.0.1:2/jmap', auth: 'basic', username: 'bob' },
};

describe.each<[string, (db: MailDb) => void, Account[]]>([
  ['is added', (db) => insertAccount(db, carol, 3), [testAccount, bobsAccount, carol]],
  ['is changed', (db) => updateAccount(db, moved), [testAccount, moved]],
  ['is changed to other mail', (db) => replaceAccount(db, moved), [testAccount, moved]],
  ['is removed', (db) => deleteAccount(db, bobsAccount.id), [testAccount]],
])('an account %s', (_, change, after) => {
  const before = [testAccount, bobsAccount];

  /** The process dies at its n-th operation on the disk. Whether it came to an end first. */
  async function dieAt(operations: number, page?: number): Promise<boolean> {
    for (const name of ['mail.db', 'mail.db-wal', 'bodies.db', 'bodies.db-wal', 'accounts.json'])
      rmSync(path.join(folder, name), { force: true });
    await filled();
    const db = await open();
    disk.dieAfter(operations);
    let isDone = true;
    try {
      change(db);
    } catch {
      isDone = false;
    }
    disk.die();
    abandonMailDb(db);
    if (page !== undefined) {
      rmSync(`${file}-wal`, { force: true });
      destroyPage(file, page);
    }
    return isDone;
  }

  it('both in mail.db and in the copy, or in neither, wherever a kill comes', async () => {
    let operations = 0;
    for (let isDone = false; !isDone; operations++) {
      isDone = await dieAt(operations);
      const accounts = await accountsNow();
      expect(copied()).toEqual(accounts);
      if (isDone) expect(accounts).toEqual(after);
      else expect([before, after]).toContainEqual(accounts);
    }
    expect(operations).toBeGreaterThan(3);
  });

  it('is not forgotten where the page is destroyed after the kill too: never what was before, once it was answered', async () => {
    const page = await filled();
    for (let operations = 0, isDone = false; !isDone; operations++) {
      isDone = await dieAt(operations, page);
      const accounts = await accountsNow();
      if (isDone) expect(accounts).toEqual(after);
      else expect([before, after]).toContainEqual(accounts);
    }
  });

  it('nowhere where the copy cannot be written', async () => {
    await filled();
    const db = await open();
    disk.fill();
    expect(() => change(db)).toThrowError(expect.objectContaining({ reason: 'full' }) as Error);
    expect(listAccounts(db)).toEqual(before);
    expect(copied()).toEqual(before);
    disk.empty();
    change(db);
    expect(listAccounts(db)).toEqual(after);
    expect(copied()).toEqual(after);
  });
});
