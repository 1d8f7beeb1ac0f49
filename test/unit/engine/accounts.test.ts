import { existsSync, mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertAccount, listAccounts } from '../../../src/db/accounts';
import { getBody, storeBody } from '../../../src/db/bodies';
import { emailKey, storeEmails } from '../../../src/db/emails';
import { mailboxKeys, upsertMailboxes } from '../../../src/db/mailboxes';
import { listChanges } from '../../../src/db/pending-changes';
import { getState, setState } from '../../../src/db/sync-state';
import { attachmentFolder } from '../../../src/engine/attachment-cache';
import { accountHandlers } from '../../../src/engine/handlers/accounts';
import { actionHandlers } from '../../../src/engine/handlers/actions';
import type { AccountSettings } from '../../../src/model/account';
import type { AccountId, EmailId } from '../../../src/model/ids';
import { SyncManager } from '../../../src/sync/sync-manager';
import { openTestDb, present, serverEmail, serverMailbox, testAccount, type TestDb } from '../../support/test-db';

let test: TestDb;
let sync: SyncManager;
let email: EmailId;
const asked: AccountId[] = [];
const other = { ...testAccount, id: 'account-2' as AccountId, name: 'Bob' };

beforeEach(async () => {
  test = await openTestDb();
  const { db, folder } = test;
  asked.length = 0;
  sync = new SyncManager({ db, onCredentialsNeeded: (id) => asked.push(id) });
  insertAccount(db, other, 2);
  upsertMailboxes(db, other.id, [serverMailbox('inbox', 'inbox')], true);
  email = fill(testAccount.id, test.mailbox('inbox'));
  fill(other.id, present(mailboxKeys(db, other.id).get('inbox')));
  storeBody(db, email, { text: 'Text', html: null, truncated: false, attachments: [] }, 1);
  mkdirSync(attachmentFolder(folder, email, '2'));
});
afterEach(async () => {
  await sync.stop();
  test.close();
});

/** One message, a checkpoint, and a change that waits. */
function fill(accountId: AccountId, inbox: ReturnType<TestDb['mailbox']>): EmailId {
  const { db, folder } = test;
  storeEmails(db, accountId, [serverEmail('M1', [inbox])]);
  setState(db, accountId, 'Email', 's1', 1);
  const emailId = present(emailKey(db, accountId, 'M1'));
  const targets = [{ emailId, mailboxId: inbox }];
  actionHandlers({ db, sync, cacheDir: folder })['actions/apply']({
    action: { type: 'keyword', keyword: '$flagged', on: true },
    targets,
  });
  return emailId;
}

const update = (name: string, settings: AccountSettings) =>
  accountHandlers({ db: test.db, sync, cacheDir: test.folder })['accounts/update']({
    ...{ accountId: testAccount.id, name, email: testAccount.email, settings, secret: null },
  });

/** What of an account is here. */
function held({ id }: { readonly id: AccountId }) {
  const { db } = test;
  return {
    mailboxes: mailboxKeys(db, id).size,
    emails: emailKey(db, id, 'M1') !== undefined,
    state: getState(db, id, 'Email'),
    changes: listChanges(db).filter((change) => change.accountId === id).length,
  };
}

describe('an account that is edited', () => {
  it('keeps its mail and what waits, and asks for the secret, where the mail is the same', async () => {
    const before = [held(testAccount), held(other)];
    expect(before[0]).toMatchObject({ emails: true, state: 's1', changes: 1 });
    const settings = { ...testAccount.settings, sessionUrl: 'http://127.0.0.1:1/elsewhere' } as AccountSettings;
    await update('Alice at work', settings);
    expect([held(testAccount), held(other)]).toEqual(before);
    expect(listAccounts(test.db)).toEqual([{ ...testAccount, name: 'Alice at work', settings }, other]);
    expect(getBody(test.db, email)).toMatchObject({ text: 'Text' });
    expect(existsSync(attachmentFolder(test.folder, email, '2'))).toBe(true);
    expect(asked).toEqual([testAccount.id]);
  });

  it.each<[string, Partial<AccountSettings>]>([
    ['user', { username: 'carol' }],
    ['server', { sessionUrl: 'https://mail.example.org/jmap' }],
  ])('S40: is emptied with another %s: nothing that was meant for one mail reaches another', async (_name, change) => {
    const untouched = held(other);
    const settings = { ...testAccount.settings, ...change } as AccountSettings;
    await update('Carol', settings);
    expect(held(testAccount)).toEqual({ mailboxes: 0, emails: false, state: null, changes: 0 });
    expect(held(other)).toEqual(untouched);
    // In its place among the accounts, under its id: the secret is kept by that.
    expect(listAccounts(test.db)).toEqual([{ ...testAccount, name: 'Carol', settings }, other]);
    expect(getBody(test.db, email)).toBeUndefined();
    expect(existsSync(attachmentFolder(test.folder, email, '2'))).toBe(false);
    expect(asked).toEqual([testAccount.id]);
  });

  it('is not there any more for one who is too late', async () => {
    await accountHandlers({ db: test.db, sync, cacheDir: test.folder })['accounts/remove']({
      accountId: testAccount.id,
    });
    await expect(update('Alice', testAccount.settings)).rejects.toMatchObject({ reason: 'not-found' });
    expect(listAccounts(test.db)).toEqual([other]);
  });
});
