import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listAccounts, insertAccount, replaceAccount, updateAccount } from '../../../../src/db/accounts';
import { getBody, storeBody } from '../../../../src/db/bodies';
import { getNotice } from '../../../../src/db/database-notice';
import { exportMail } from '../../../../src/db/export-mail';
import type { MailDb } from '../../../../src/db/mail-db';
import { closeMailDb, openMailDb } from '../../../../src/db/open-mail-db';
import { listChanges } from '../../../../src/db/pending-changes';
import { finishRestore, prepareRestore } from '../../../../src/db/restore-mail';
import { listSavedChanges } from '../../../../src/db/saved-changes';
import { rememberAction, undoableActions } from '../../../../src/db/undo-actions';
import type { EmailId } from '../../../../src/model/ids';
import { createJmapBackend } from '../../../../src/sync/jmap/backend';
import { connectJmap } from '../../../servers/raw-jmap';
import { users } from '../../../servers/users';
import { catchUp } from '../../../support/catch-up';
import { compareWithServer } from '../../../support/compare-with-server';
import { bobsAccount } from '../../../support/damaged-mail';
import { keywords, moved } from '../../../support/synced-account';
import { mailboxId, openAccount, type TestAccount } from './open-account';

/** Synced mail with a queue that waits, exported. */
async function backedUp() {
  const account = await openAccount();
  const { local, remote } = account;
  const ids = account.deliver(20);
  await local.syncAll();
  const boxes = {
    inbox: local.mailbox(mailboxId(remote, 'inbox')),
    archive: local.mailbox(mailboxId(remote, 'archive')),
  };
  local.act(ids[0] ?? '', moved(boxes.inbox, boxes.archive));
  rememberAction(local.db, { action: { type: 'archive' }, steps: [], requestId: null }, 1);
  const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-backup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const backup = path.join(folder, 'Mail.db');
  await exportMail(local.db.mail, backup);
  return { account, ids, backup, boxes };
}

/** As the engine does it: the database of now is closed for it. */
async function restore({ local }: TestAccount, backup: string): Promise<MailDb> {
  const file = path.join(local.folder, 'mail.db');
  await prepareRestore(file, backup, 'request-1', {});
  closeMailDb(local.db);
  await finishRestore(file, {});
  const db = await openMailDb(local.folder, { onChanged: () => undefined });
  onTestFinished(() => closeMailDb(db));
  return db;
}

async function syncAll({ local, server }: TestAccount, db: MailDb): Promise<void> {
  const { account, accountId, secret } = local;
  await catchUp(db, accountId, createJmapBackend({ account, secret, db, warn: () => undefined }));
  const { email: user, password } = users.alice;
  await compareWithServer(db, accountId, await connectJmap({ url: server.url, user, password }));
}

describe('a restored backup', () => {
  it('gives an account that has another user since nothing of the mail of the old one', async () => {
    const { account, backup } = await backedUp();
    const { local } = account;
    const settings = { ...local.account.settings, username: users.bob.email };
    const bobs = { ...local.account, settings };
    replaceAccount(local.db, bobs);
    const db = await restore(account, backup);
    expect(listAccounts(db)).toEqual([bobs]);
    expect(listChanges(db)).toEqual([]);
    expect(listSavedChanges(db)).toEqual([]);
    for (const table of ['emails', 'mailboxes', 'sync_state'])
      expect(db.mail.get(`SELECT count(*) FROM ${table}`, [], (row) => row[0])).toBe(0);
  });

  it.each([
    ['whose state the server still knows', false],
    ['whose state the server has forgotten (S8)', true],
  ])('%s: local = server after a cycle, though mail came, changed and went since', async (_, forgets) => {
    const { account, ids, backup } = await backedUp();
    const { local, remote } = account;
    await local.drain();
    account.deliver(5);
    remote.destroy(ids[3] ?? '');
    remote.setKeywords(ids[4] ?? '', ['$flagged']);
    await local.syncAll();
    if (forgets) account.loseTrack();
    const db = await restore(account, backup);
    expect(getNotice(db)).toMatchObject({ what: 'restored', changes: 0 });
    expect(existsSync(takeFile(local.folder))).toBe(true);
    await syncAll(account, db);
  });

  it('sends nothing by itself of what waited in it: the person decides', async () => {
    const { account, ids, backup, boxes } = await backedUp();
    const { local, remote } = account;
    await local.drain();
    // Since then the person moved it back: sending the backup's change would undo that.
    local.act(ids[0] ?? '', moved(boxes.archive, boxes.inbox));
    await local.drain();
    const db = await restore(account, backup);
    await syncAll(account, db);
    expect(remote.messages().find(({ id }) => id === ids[0])?.mailboxes).toEqual(['Inbox']);
    expect(listChanges(db)).toMatchObject([
      { state: 'failed', lastError: 'From the backup: it may have been sent since. Retry sends it now.' },
    ]);
    expect(undoableActions(db)).toEqual([]);
  });

  it('goes on with what the replaced database had not sent, of messages that the backup does not have too', async () => {
    const { account, ids, backup } = await backedUp();
    const { local, remote } = account;
    await local.drain();
    const newer = account.deliver(2);
    await local.syncAll();
    local.act(ids[7] ?? '', keywords(['$flagged']));
    local.act(newer[1] ?? '', keywords(['$flagged']));
    const db = await restore(account, backup);
    // At once where the message is here, later where it comes.
    expect(listChanges(db).filter(({ state }) => state === 'queued')).toHaveLength(1);
    expect(listSavedChanges(db)).toMatchObject([{ state: 'queued' }]);
    await syncAll(account, db);
    const flagged = remote.messages().filter((message) => message.keywords.includes('$flagged'));
    expect(flagged.map(({ id }) => id).sort()).toEqual([ids[7], newer[1]].sort());
  });

  it('keeps accounts as they are now, and gives no key and no body of the replaced database to another message', async () => {
    const { account, ids, backup } = await backedUp();
    const { local } = account;
    insertAccount(local.db, bobsAccount, 9);
    updateAccount(local.db, { ...local.account, name: 'Alice at work' });
    const newer = account.deliver(3);
    await local.syncAll();
    const last = Math.max(...newer.map((id) => local.key(id)));
    const body = { text: 'body', html: null, truncated: false, attachments: [] };
    storeBody(local.db, local.key(ids[0] ?? ''), body, 1);
    const db = await restore(account, backup);
    expect(listAccounts(db).map(({ name }) => name)).toEqual(['Alice at work', 'Bob']);
    await syncAll(account, db);
    const keys = db.mail.all('SELECT id FROM emails ORDER BY id', [], (row) => row[0] as number);
    expect(keys.filter((key) => key > 20 && key <= last)).toEqual([]);
    expect(getBody(db, keys[0] as EmailId)).toBeUndefined();
  });

  it('is refused where it is foreign, newer, damaged or not there, and all stays as it is', async () => {
    const { account, backup } = await backedUp();
    const { local } = account;
    const file = path.join(local.folder, 'mail.db');
    const before = readdirSync(local.folder).sort();
    const good = readFileSync(backup);
    const cases: [string, (bytes: Buffer) => unknown][] = [
      ['foreign', (bytes) => bytes.writeUInt32BE(7, 68)],
      ['newer', (bytes) => bytes.writeUInt32BE(9999, 60)],
      ['damaged', (bytes) => bytes.fill(0, good.length - 4096, good.length)],
      ['damaged', (bytes) => bytes.fill(0, 0, 100)],
    ];
    const refused = async (reason: string, name: string): Promise<void> => {
      const message = expect.not.stringContaining('mail.db-next') as string;
      await expect(prepareRestore(file, name, 'request-1', {})).rejects.toMatchObject({ reason, message });
      expect(readdirSync(local.folder).sort()).toEqual(before);
    };
    for (const [reason, edit] of cases) {
      const bytes = Buffer.from(good);
      edit(bytes);
      writeFileSync(`${backup}-edited`, bytes);
      await refused(reason, `${backup}-edited`);
    }
    await refused('io', path.join(local.folder, 'nowhere.db'));
    await local.drain();
    await account.compare();
  });
});

const takeFile = (folder: string): string =>
  path.join(folder, readdirSync(folder).find((name) => /^mail\.replaced-.*\.db$/.test(name)) ?? 'none');
