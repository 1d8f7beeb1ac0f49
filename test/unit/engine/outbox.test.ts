import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertAccount } from '../../../src/db/accounts';
import { emailKey, storeEmails } from '../../../src/db/emails';
import { deleteChanges, enqueueChange, setChangeState } from '../../../src/db/pending-changes';
import { insertSavedChange } from '../../../src/db/saved-changes';
import { actionHandlers } from '../../../src/engine/handlers/actions';
import { outboxHandlers } from '../../../src/engine/handlers/outbox';
import type { AccountId, ChangeId, EmailId } from '../../../src/model/ids';
import { SyncManager } from '../../../src/sync/sync-manager';
import { openTestDb, present, serverEmail, testAccount, type TestDb } from '../../support/test-db';

let test: TestDb;
let sync: SyncManager;
beforeEach(async () => {
  test = await openTestDb();
  sync = new SyncManager({ db: test.db, onCredentialsNeeded: () => undefined });
});
afterEach(async () => {
  await sync.stop();
  test.close();
});

const context = () => ({ db: test.db, sync, cacheDir: test.folder });
const outbox = () => outboxHandlers(context());

function store(count: number): EmailId[] {
  const names = Array.from({ length: count }, (_, index) => `M${index}`);
  const emails = names.map((name) => serverEmail(name, [test.mailbox('inbox')]));
  test.db.mail.transaction(() => storeEmails(test.db, testAccount.id, emails));
  return names.map((name) => present(emailKey(test.db, testAccount.id, name)));
}
const enqueue = (emailId: EmailId, accountId: AccountId = testAccount.id): ChangeId =>
  enqueueChange(test.db, { accountId, emailId, intent: { type: 'keywords', add: ['$flagged'], remove: [] } }, 1);
const fail = (ids: readonly ChangeId[], lastError: string | null) =>
  setChangeState(test.db, ids, 'failed', { lastError, countAttempt: true });

describe('S30: the list of what waits and failed', () => {
  it('is in groups by account and reason, each in the order of the queue, with the subjects', () => {
    const other = 'account-2' as AccountId;
    insertAccount(test.db, { ...testAccount, id: other }, 1);
    const [a, b, c, d, e] = store(5).map((emailId, index) => enqueue(emailId, index === 4 ? other : testAccount.id));
    const ids = [a, b, c, d, e].map(present) as [ChangeId, ChangeId, ChangeId, ChangeId, ChangeId];
    setChangeState(test.db, [ids[3]], 'sending', { lastError: null, countAttempt: false });
    fail([ids[1]], 'Full.');
    fail([ids[2]], null);
    const { groups, left } = outbox()['outbox/list']();
    const shown = groups.map(({ accountId, state, reason, count, changes }) => [
      [accountId, state, reason, count],
      changes.map(({ changeId, subject }) => [changeId, subject]),
    ]);
    const subject = serverEmail('M0', []).subject;
    expect(shown).toEqual([
      [
        [testAccount.id, 'waiting', '', 2],
        [
          [ids[0], subject],
          [ids[3], serverEmail('M3', []).subject],
        ],
      ],
      [[other, 'waiting', '', 1], [[ids[4], serverEmail('M4', []).subject]]],
      [[testAccount.id, 'failed', 'Full.', 1], [[ids[1], serverEmail('M1', []).subject]]],
      [[testAccount.id, 'failed', '', 1], [[ids[2], serverEmail('M2', []).subject]]],
    ]);
    expect(left).toBe(0);
    expect(outbox()['outbox/get']({ changeId: ids[1] })).toMatchObject({ state: 'failed', lastError: 'Full.' });
    expect(outbox()['outbox/failed']({ accountId: null, reason: null })).toEqual([ids[1], ids[2]]);
    expect(outbox()['outbox/failed']({ accountId: null, reason: 'Full.' })).toEqual([ids[1]]);
    expect(outbox()['outbox/failed']({ accountId: testAccount.id, reason: '' })).toEqual([ids[2]]);
    expect(outbox()['outbox/failed']({ accountId: other, reason: null })).toEqual([]);
    const counts = [testAccount.id, other].map((accountId) => outbox()['outbox/count']({ accountId }));
    expect(counts).toEqual([4, 1]);
    deleteChanges(test.db, [ids[1]]);
    expect(outbox()['outbox/get']({ changeId: ids[1] })).toBeNull();
  });

  it('has changes whose message is not here, by the subject that was saved with them', () => {
    insertSavedChange(test.db, {
      accountId: testAccount.id,
      change: {
        intent: { type: 'mailboxes', add: ['archive'], remove: ['inbox'] },
        email: {
          remoteId: 'gone',
          messageId: '',
          size: 1,
          receivedAt: 1,
          subject: 'From the damaged file',
          mailboxes: ['inbox'],
        },
      },
      changeType: 'mailboxes',
      createdAt: 1,
      attempts: 0,
      lastError: null,
      isFailed: false,
      mayHaveLeft: false,
    });
    const intent = { type: 'mailboxes', add: [test.mailbox('archive')], remove: [test.mailbox('inbox')] };
    expect(outbox()['outbox/list']().groups).toMatchObject([
      { count: 1, changes: [{ emailId: null, subject: 'From the damaged file', intent }] },
    ]);
  });

  it('counts all of a long queue and has the first of it only', () => {
    const targets = store(2000).map((emailId) => ({ emailId, mailboxId: test.mailbox('inbox') }));
    actionHandlers(context())['actions/apply']({ action: { type: 'keyword', keyword: '$flagged', on: true }, targets });
    const { groups } = outbox()['outbox/list']();
    expect(groups.map(({ count, changes }) => [count, changes.length])).toEqual([[2000, 200]]);
    const ids = groups.flatMap(({ changes }) => changes.map(({ changeId }) => changeId));
    expect(ids).toEqual(ids.toSorted((one, next) => one - next));
    expect(JSON.stringify(groups).length).toBeLessThan(100_000);
  });

  it('stays small where a server words each refusal differently', () => {
    const ids = store(500).map((emailId) => enqueue(emailId));
    for (const id of ids.slice(0, 400)) fail([id], `Refused, see ticket ${id}.`);
    const { groups, left } = outbox()['outbox/list']();
    expect(groups).toHaveLength(50);
    expect(groups.find(({ state }) => state === 'waiting')).toMatchObject({ count: 100 });
    expect(left).toBe(400 - 49);
    expect(groups.reduce((sum, { changes }) => sum + changes.length, 0)).toBeLessThanOrEqual(1000);
    expect(outbox()['outbox/failed']({ accountId: null, reason: null })).toHaveLength(400);
  });
});
