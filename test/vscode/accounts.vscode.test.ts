import assert from 'node:assert/strict';
import type { AccountId } from '../../src/model/ids';
import { setWeather } from './support/control';
import { accountInput, activeExtension, eventually } from './support/mailpane';
import { openOtherWindow, type OtherWindow } from './support/other-window';

describe('accounts', () => {
  let other: OtherWindow;
  before(async () => void (other = await openOtherWindow()));
  after(() => other.close());

  const status = async (accountId: AccountId) =>
    (await other.request('accounts/list', {})).find(({ account }) => account.id === accountId)?.status;

  it('adds one by what the extension exports, and its mailboxes and messages come', async () => {
    const { exports } = await activeExtension();
    const accountId = await exports.addAccount(accountInput('adder'));
    const inbox = await eventually(
      () => other.mailbox(accountId, 'inbox'),
      (mailbox) => assert.equal(mailbox.unread, 10),
    );
    await eventually(
      () => other.rows(inbox),
      (rows) => assert.deepEqual([rows.length, rows[0]?.subject, rows[0]?.unread], [10, 'Letter 9', 1]),
    );
    assert.equal((await other.request('overview', {})).unread >= 10, true);
  });

  it('keeps nothing of an account whose password is wrong', async () => {
    const { exports } = await activeExtension();
    const before = (await other.request('accounts/list', {})).length;
    await assert.rejects(exports.addAccount({ ...accountInput('leaver'), password: 'no' }), { reason: 'auth' });
    assert.equal((await other.request('accounts/list', {})).length, before);
  });

  it('keeps nothing where there is no server', async () => {
    const { exports } = await activeExtension();
    const before = (await other.request('accounts/list', {})).length;
    await assert.rejects(exports.addAccount({ ...accountInput('leaver'), url: 'http://127.0.0.1:9' }));
    assert.equal((await other.request('accounts/list', {})).length, before);
  });

  it('is signed out when the server refuses the password, and back when it takes it again', async () => {
    const { exports } = await activeExtension();
    const accountId = await exports.addAccount(accountInput('leaver'));
    await eventually(
      () => status(accountId),
      (now) => assert.equal(now?.state, 'idle'),
    );
    await setWeather('leaver@example.test', 'wrong-password');
    await other.request('sync/now', { accountId });
    await eventually(
      () => status(accountId),
      (now) => assert.equal(now?.state, 'signed-out'),
    );
    assert.equal((await other.rows(await other.mailbox(accountId, 'inbox'))).length, 10, 'its mail stays readable');

    await setWeather('leaver@example.test', 'fine');
    await other.request('accounts/authenticate', { accountId, secret: 'secret-leaver' });
    await eventually(
      () => status(accountId),
      (now) => assert.equal(now?.state, 'idle'),
    );
  });

  it('removes an account with all its local data', async () => {
    const { exports } = await activeExtension();
    const listed = await other.request('accounts/list', {});
    const leaver =
      listed.find(({ account }) => account.name === 'leaver')?.account.id ??
      (await exports.addAccount(accountInput('leaver')));
    await other.request('accounts/remove', { accountId: leaver });
    assert.equal(await status(leaver), undefined);
    const mailboxes = await other.request('mailboxes/list', {});
    assert.deepEqual(
      mailboxes.filter(({ accountId }) => accountId === leaver),
      [],
    );
  });
});
