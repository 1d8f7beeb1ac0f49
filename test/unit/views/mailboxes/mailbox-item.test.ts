import { describe, expect, it } from 'vitest';
import type { AccountStatus } from '../../../../src/model/account';
import { mailboxRoles, type Mailbox } from '../../../../src/model/mailbox';
import { statusText } from '../../../../src/views/mailboxes/account-status';
import { mailboxItem, type MailboxItem } from '../../../../src/views/mailboxes/mailbox-item';
import { mailboxIcon, mailboxName, mailboxPath } from '../../../../src/views/mailboxes/mailbox-names';
import { account, asMailboxId, directoryState, english, mailbox, overview } from '../support/samples';

function itemOf(box: Mailbox): MailboxItem | null {
  const state = directoryState(overview([account('work')]), [box]);
  return mailboxItem({ kind: 'mailbox', id: 'any', mailboxId: box.id }, state, english);
}

function accountItem(status: AccountStatus): MailboxItem | null {
  const { account: work } = account('work');
  const state = directoryState(overview([account('work', status)]), []);
  return mailboxItem({ kind: 'account', id: 'any', accountId: work.id }, state, english);
}

describe('a mailbox', () => {
  it('has a name that a person knows where it has a role, and says what the server calls it', () => {
    const item = itemOf(mailbox(1, { role: 'junk', name: '[Gmail]/Spam', total: 1 }));
    expect(item?.label).toBe('Junk');
    expect(item?.tooltip).toBe('Junk\n“[Gmail]/Spam” on the server\n1 message');
  });

  it('keeps the name that a person gave it', () => {
    expect(itemOf(mailbox(1, { name: 'Rechnungen' }))?.label).toBe('Rechnungen');
  });

  it('has its unread count as description and in its accessible name', () => {
    const item = itemOf(mailbox(1, { role: 'inbox', unread: 1234, total: 5000 }));
    expect(item?.description).toBe('1,234');
    expect(item?.accessibleName).toBe('Inbox, 1,234 unread');
  });

  it.each(['drafts', 'sent', 'trash'] as const)('counts nothing as news in %s', (role) => {
    expect(itemOf(mailbox(1, { role, unread: 3 }))?.description).toBe('');
  });

  it('is readable with a hostile name', () => {
    expect(itemOf(mailbox(1, { name: '' }))?.label).toBe('(no name)');
    expect(itemOf(mailbox(1, { name: '\u202e\n\t' }))?.label).toBe('(no name)');
    expect(itemOf(mailbox(1, { name: 'x'.repeat(1 << 20) }))?.label.length).toBeLessThanOrEqual(200);
  });

  it('tells menus its role and whether messages may be put into it', () => {
    expect(itemOf(mailbox(1, { role: 'trash' }))?.contextValue).toBe('mailbox trash mayAdd');
    const { rights } = mailbox(1);
    expect(itemOf(mailbox(1, { rights: { ...rights, mayAddItems: false } }))?.contextValue).toBe('mailbox');
  });

  it('is nothing when it is gone', () => {
    const state = directoryState(overview([account('work')]), []);
    expect(mailboxItem({ kind: 'mailbox', id: 'any', mailboxId: asMailboxId(1) }, state, english)).toBeNull();
  });

  it('has a name and an icon of its own for each role', () => {
    const boxes = mailboxRoles.map((role) => ({ role, name: 'x' }));
    expect(new Set(boxes.map((box) => mailboxName(box, english.l10n))).size).toBe(mailboxRoles.length);
    expect(new Set(boxes.map(mailboxIcon)).size).toBe(mailboxRoles.length);
  });

  it('has a path, also when its parents make a circle', () => {
    const boxes = [
      mailbox(1, { name: 'A', parentId: asMailboxId(2) }),
      mailbox(2, { name: 'B', parentId: asMailboxId(1) }),
    ];
    const { byId } = directoryState(overview([]), boxes);
    expect(boxes.map((box) => mailboxPath(box, byId, english.l10n))).toEqual(['B / A', 'A / B']);
  });
});

describe('an account', () => {
  it.each<[AccountStatus, string]>([
    [{ state: 'idle' }, ''],
    [{ state: 'connecting' }, 'Connecting…'],
    [{ state: 'syncing' }, 'Syncing…'],
    [{ state: 'backfilling', done: 1200, total: 10_000 }, 'Fetching… 1,200 of 10,000'],
    [{ state: 'backfilling', done: 1200, total: null }, 'Fetching… 1,200'],
    [{ state: 'offline', message: 'No network.', details: '' }, 'Offline'],
    [{ state: 'signed-out', message: 'Wrong password.', details: '' }, 'Sign in needed'],
    [{ state: 'trouble', message: 'The server failed.', details: '' }, 'Trouble'],
  ])('says what it is doing: %o', (status, text) => {
    expect(statusText(status, english)).toBe(text);
    expect(accountItem(status)?.description).toBe(text);
    expect(accountItem(status)?.contextValue).toBe(`account ${status.state}`);
  });

  it('says why it is not well in tooltip and accessible name, never the details', () => {
    const item = accountItem({ state: 'trouble', message: 'The server failed.', details: 'stack' });
    expect(item?.tooltip).toBe('work mail\nwork@mail.example\nTrouble\nThe server failed.');
    expect(item?.accessibleName).toBe('Account work mail, Trouble, The server failed.');
  });
});

describe('all inboxes', () => {
  it('have the unread of all', () => {
    const state = directoryState(overview([account('work')], { unread: 7 }), []);
    const item = mailboxItem({ kind: 'inboxes', id: 'inboxes' }, state, english);
    expect(item).toMatchObject({ label: 'All Inboxes', description: '7', accessibleName: 'All Inboxes, 7 unread' });
  });
});
