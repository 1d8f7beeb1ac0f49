import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { AccountId } from '../../src/model/ids';
import type { Mailbox, MailboxRole } from '../../src/model/mailbox';
import { threadNode } from '../../src/views/messages/message-nodes';
import type { RawJmap } from '../servers/raw-jmap';
import { accountInput, activeExtension, connectRaw, eventually, onServer } from './support/mailpane';
import { openOtherWindow, type OtherWindow } from './support/other-window';

describe('message commands', () => {
  let other: OtherWindow;
  let raw: RawJmap;
  let accountId: AccountId;
  let inbox: Mailbox;

  before(async () => {
    const { exports } = await activeExtension();
    other = await openOtherWindow();
    raw = await connectRaw('actor');
    accountId = await exports.addAccount(accountInput('actor'));
    inbox = await eventually(
      () => other.mailbox(accountId, 'inbox'),
      ({ total }) => assert.equal(total, 10),
    );
    // The server's count comes first, the messages a moment later.
    await eventually(
      () => other.rows(inbox),
      (rows) => assert.equal(rows.length, 10),
    );
    await show('inbox');
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await other.close();
  });

  const show = async (role: MailboxRole) => {
    const { id } = await other.mailbox(accountId, role);
    await vscode.commands.executeCommand('mailpane.openMailbox', {
      kind: 'mailbox',
      id: `mailbox:${id}`,
      mailboxId: id,
    });
  };

  /** Runs a command on a row of the list as its context menu does. */
  const run = async (command: string, subject: string, role: MailboxRole = 'inbox') => {
    const row = await other.row(await other.mailbox(accountId, role), subject);
    await vscode.commands.executeCommand(command, threadNode(row), undefined);
  };

  const hasOnServer = (role: string, subject: string, check: (keywords: string[] | undefined) => void) =>
    eventually(
      () => onServer(raw, role),
      (mail) => check(mail.get(subject)),
    );

  it('archives on the server', async () => {
    await run('mailpane.archive', 'Letter 9');
    await hasOnServer('archive', 'Letter 9', (keywords) => assert(keywords));
    assert.equal((await onServer(raw, 'inbox')).has('Letter 9'), false);
  });

  it('flags, and takes the flag away', async () => {
    await run('mailpane.flag', 'Letter 8');
    await hasOnServer('inbox', 'Letter 8', (keywords) => assert.deepEqual(keywords, ['$flagged']));
    await eventually(
      () => other.row(inbox, 'Letter 8'),
      (row) => assert.deepEqual([row.flagged, row.pending], [1, 'none']),
    );
    await run('mailpane.toggleFlag', 'Letter 8');
    await hasOnServer('inbox', 'Letter 8', (keywords) => assert.deepEqual(keywords, []));
  });

  it('marks as read and as unread', async () => {
    await run('mailpane.markRead', 'Letter 7');
    await hasOnServer('inbox', 'Letter 7', (keywords) => assert.deepEqual(keywords, ['$seen']));
    await run('mailpane.markUnread', 'Letter 7');
    await hasOnServer('inbox', 'Letter 7', (keywords) => assert.deepEqual(keywords, []));
  });

  it('moves to the mailbox that is picked', async () => {
    const done = run('mailpane.moveTo', 'Letter 6');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await done;
    await eventually(
      () => onServer(raw, 'inbox'),
      (mail) => assert.equal(mail.has('Letter 6'), false),
    );
    const elsewhere = await Promise.all(
      ['drafts', 'sent', 'archive', 'junk', 'trash'].map((role) => onServer(raw, role)),
    );
    assert.equal(elsewhere.filter((mail) => mail.has('Letter 6')).length, 1);
  });

  it('deletes into Trash', async () => {
    await run('mailpane.delete', 'Letter 5');
    await hasOnServer('trash', 'Letter 5', (keywords) => assert(keywords));
  });

  it('marks as junk and back', async () => {
    await run('mailpane.junk', 'Letter 4');
    await hasOnServer('junk', 'Letter 4', (keywords) => assert(keywords));
    await show('junk');
    await run('mailpane.notJunk', 'Letter 4', 'junk');
    await hasOnServer('inbox', 'Letter 4', (keywords) => assert(keywords));
    await show('inbox');
  });

  it('opens the reader in one preview tab, or in a tab of its own, and marks as read what was opened', async () => {
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
    await run('mailpane.openMessage', 'Letter 3');
    await eventually(tabs, (labels) => assert.deepEqual(labels, ['Letter 3']));
    await hasOnServer('inbox', 'Letter 3', (keywords) => assert.deepEqual(keywords, ['$seen']));
    await run('mailpane.openMessage', 'Letter 2');
    await eventually(tabs, (labels) => assert.deepEqual(labels, ['Letter 2']));
    await run('mailpane.openMessagePinned', 'Letter 1');
    await eventually(tabs, (labels) => assert.deepEqual([...labels].sort(), ['Letter 1', 'Letter 2']));
  });

  it('goes on to the next message when the one in the reader leaves', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await run('mailpane.openMessage', 'Letter 2');
    await run('mailpane.archive', 'Letter 2');
    await eventually(
      () => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label)),
      (labels) => assert.deepEqual(labels, ['Letter 1']),
    );
  });
});
