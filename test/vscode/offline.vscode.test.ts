import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { AccountId } from '../../src/model/ids';
import { threadNode } from '../../src/views/messages/message-nodes';
import type { RawJmap } from '../servers/raw-jmap';
import { setWeather } from './support/control';
import { accountInput, activeExtension, connectRaw, eventually, onServer } from './support/mailpane';
import { openOtherWindow, type OtherWindow } from './support/other-window';

const user = 'offliner@example.test';

describe('without the server', () => {
  let other: OtherWindow;
  let raw: RawJmap;
  let accountId: AccountId;

  before(async () => {
    const { exports } = await activeExtension();
    other = await openOtherWindow();
    raw = await connectRaw('offliner');
    accountId = await exports.addAccount(accountInput('offliner'));
    const inbox = await eventually(
      () => other.mailbox(accountId, 'inbox'),
      ({ total }) => assert.equal(total, 10),
    );
    await vscode.commands.executeCommand('mailpane.openMailbox', {
      kind: 'mailbox',
      id: `mailbox:${inbox.id}`,
      mailboxId: inbox.id,
    });
  });
  afterEach(() => setWeather(user, 'fine'));
  after(() => other.close());

  const subjects = async () =>
    (await other.rows(await other.mailbox(accountId, 'inbox'))).map(({ subject }) => subject);
  const archive = async (subject: string) => {
    const row = await other.row(await other.mailbox(accountId, 'inbox'), subject);
    await vscode.commands.executeCommand('mailpane.archive', threadNode(row), undefined);
  };
  const overview = () => other.request('overview', {});
  const ownStatus = async () =>
    (await overview()).accounts.find(({ account }) => account.id === accountId)?.status.state;

  it('S1, S2: an action shows at once while the server is slow, and is sent in the end', async () => {
    await setWeather(user, 'slow');
    await archive('Letter 9');
    assert.equal((await subjects()).includes('Letter 9'), false);
    const { groups } = await other.request('outbox/list', {});
    const waiting = groups.filter((group) => group.accountId === accountId);
    assert.deepEqual(
      waiting.flatMap(({ changes }) => changes).map(({ subject }) => subject),
      ['Letter 9'],
    );

    await setWeather(user, 'fine');
    await eventually(
      () => onServer(raw, 'archive'),
      (mail) => assert(mail.has('Letter 9')),
    );
    await eventually(overview, ({ pending }) => assert.equal(pending, 0));
  });

  it('S29: what is done offline is kept, said to be so, and sent when the server is back', async () => {
    await setWeather(user, 'unreachable');
    await other.request('sync/now', { accountId });
    await eventually(ownStatus, (state) => assert.equal(state, 'offline'));
    await archive('Letter 8');
    assert.equal((await subjects()).includes('Letter 8'), false);
    assert.equal((await overview()).pending, 1);

    await setWeather(user, 'fine');
    assert.equal((await onServer(raw, 'inbox')).has('Letter 8'), true, 'the server knows nothing of it yet');
    await other.request('sync/now', { accountId });
    await eventually(
      () => onServer(raw, 'archive'),
      (mail) => assert(mail.has('Letter 8')),
    );
    await eventually(overview, ({ pending, failed }) => assert.deepEqual([pending, failed], [0, 0]));
    await eventually(ownStatus, (state) => assert.equal(state, 'idle'));
  });
});
