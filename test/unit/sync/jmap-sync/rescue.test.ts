import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listAccounts } from '../../../../src/db/accounts';
import { forgetNotice, getNotice } from '../../../../src/db/database-notice';
import type { MailDb } from '../../../../src/db/mail-db';
import { closeMailDb, openMailDb } from '../../../../src/db/open-mail-db';
import { PAGE_SIZE } from '../../../../src/db/open-file';
import { listChanges } from '../../../../src/db/pending-changes';
import { listSavedChanges } from '../../../../src/db/saved-changes';
import { changeWords } from '../../../../src/sync/change-words';
import { createJmapBackend } from '../../../../src/sync/jmap/backend';
import { connectJmap } from '../../../servers/raw-jmap';
import { users } from '../../../servers/users';
import { catchUp } from '../../../support/catch-up';
import { compareWithServer } from '../../../support/compare-with-server';
import { copyRunning, destroyPage, rootPage } from '../../../support/damaged-mail';
import { keywords, moved } from '../../../support/synced-account';
import { mailboxId, openAccount, type TestAccount } from './open-account';

const messages = 150;
const flaggedCount = 60;
const movedCount = 20;

/** Mail that was synced, and a queue that has not left; then the machine dies. */
async function unsent(more: (account: TestAccount, ids: readonly string[]) => void = () => undefined) {
  const account = await openAccount();
  const ids = account.deliver(messages);
  const { local, remote } = account;
  await local.syncAll();
  const [inbox, archive] = [local.mailbox(mailboxId(remote, 'inbox')), local.mailbox(mailboxId(remote, 'archive'))];
  for (const id of ids.slice(0, flaggedCount)) local.act(id, keywords(['$flagged']));
  for (const id of ids.slice(40, 40 + movedCount)) local.act(id, moved(inbox, archive));
  more(account, ids);
  const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-rescue-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'mail.db');
  local.db.mail.checkpoint();
  copyRunning(path.join(local.folder, 'mail.db'), file);
  return { account, ids, folder, file };
}

/** Opens it, syncs all, sends all, and fails unless local = server then. */
async function recover({ local, server }: TestAccount, folder: string) {
  const db = await openMailDb(folder, { onChanged: () => undefined });
  onTestFinished(() => closeMailDb(db));
  const { account, accountId, secret } = local;
  expect(listAccounts(db)).toEqual([account]);
  await catchUp(db, accountId, createJmapBackend({ account, secret, db, warn: () => undefined }));
  const { email: user, password } = users.alice;
  await compareWithServer(db, accountId, await connectJmap({ url: server.url, user, password }));
  return db;
}

const flagged = ({ remote }: TestAccount): number =>
  remote.messages().filter((message) => message.keywords.includes('$flagged')).length;
const archived = ({ remote }: TestAccount): number =>
  remote.messages().filter((message) => message.mailboxes.includes('Archive')).length;

const lost = (db: MailDb) => listSavedChanges(db).length + listChanges(db).length;

describe('S40: a damaged mail.db', () => {
  it('is set aside as it is; what was not sent meets its message again, and is sent', async () => {
    const { account, folder, file } = await unsent();
    const damaged = readFileSync(file);
    damaged.fill(0xa5, 0, 100);
    writeFileSync(file, damaged);
    const db = await recover(account, folder);
    // Without the first page it cannot be told what was sent: the person decides.
    expect(listChanges(db).map(({ state }) => state)).toEqual(Array(flaggedCount + movedCount).fill('failed'));
    const aside = readdirSync(folder).filter((name) => /^mail\.damaged-\d{4}-\d\d-\d\dT\d{6}\.db$/.test(name));
    expect(aside).toHaveLength(1);
    expect(readFileSync(path.join(folder, aside[0] ?? ''))).toEqual(damaged);
    expect(getNotice(db)).toMatchObject({ what: 'damaged', accounts: 1, changes: 80, orphans: 0, undecided: 80 });
    forgetNotice(db);
    expect(getNotice(db)).toBeNull();
  });

  it('without the page above all messages: everything that waited is sent, local = server', async () => {
    const { account, folder, file } = await unsent();
    destroyPage(file, rootPage(account.local.db, 'emails')); // SQLite reads no message any more
    const db = await recover(account, folder);
    expect(lost(db)).toBe(0);
    expect([flagged(account), archived(account)]).toEqual([flaggedCount, movedCount]);
    expect(getNotice(db)).toMatchObject({ changes: 80, undecided: 0 });
  });

  it('S30: a change whose message was destroyed meanwhile stands in the list, with words', async () => {
    const { account, ids, folder, file } = await unsent();
    const damaged = readFileSync(file);
    const root = rootPage(account.local.db, 'mailboxes');
    damaged.fill(0x17, root * PAGE_SIZE - 8, root * PAGE_SIZE); // the end of the first row
    damaged.writeUInt16BE(0xffff, (root - 1) * PAGE_SIZE + 3); // more rows than fit
    writeFileSync(file, damaged);
    account.remote.destroy(ids[0] ?? '');
    const db = await recover(account, folder);
    expect(listSavedChanges(db)).toMatchObject([
      { state: 'failed', lastError: 'The message of this change is not on the server any more.' },
    ]);
  });

  it('S9: a deletion for good is done where the person saw the message, and nowhere else', async () => {
    const { account, ids, folder, file } = await unsent(({ local, remote }, all) => {
      const from = [local.mailbox(mailboxId(remote, 'inbox'))];
      for (const id of all.slice(-2)) local.act(id, { type: 'destroy', from });
    });
    const [kept = '', destroyed = ''] = ids.slice(-2);
    destroyPage(file, rootPage(account.local.db, 'emails'));
    account.remote.move(kept, 'Archive');
    const db = await recover(account, folder);
    expect(account.remote.messages().map(({ id }) => id)).not.toContain(destroyed);
    expect(account.remote.messages().find(({ id }) => id === kept)?.mailboxes).toEqual(['Archive']);
    expect(listChanges(db)).toMatchObject([{ state: 'failed', lastError: changeWords.movedMeanwhile }]);
  });
});
