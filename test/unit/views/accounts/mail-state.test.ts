import { EngineError } from '../../../../src/engine/client';
import { describe, expect, it } from 'vitest';
import type { AccountSummary } from '../../../../src/engine/api';
import type { AccountStatus } from '../../../../src/model/account';
import type { AccountId, MailboxId } from '../../../../src/model/ids';
import type { Mailbox } from '../../../../src/model/mailbox';
import { mailState, messagesState } from '../../../../src/views/accounts/mail-state';

const accountId = 'a' as AccountId;
const inbox = 1 as MailboxId;

function account(status: AccountStatus): AccountSummary {
  const settings = { protocol: 'jmap', sessionUrl: 'https://x.org/', auth: 'basic', username: 'u' } as const;
  return { account: { id: accountId, name: 'A', email: 'a@x.org', settings }, status };
}

function mailbox(total: number): Mailbox {
  const rights = {
    mayReadItems: true,
    mayAddItems: true,
    mayRemoveItems: true,
    maySetSeen: true,
    maySetKeywords: true,
  };
  return {
    id: inbox,
    accountId,
    name: 'Inbox',
    parentId: null,
    role: 'inbox',
    sortOrder: 0,
    isSubscribed: true,
    rights,
    total,
    unread: 0,
  };
}

const bad = (state: 'offline' | 'signed-out' | 'trouble'): AccountStatus => ({ state, message: '', details: '' });
const filling: AccountStatus = { state: 'backfilling', done: 0, total: null };

describe('mailState', () => {
  it.each([
    ['starting', null, 'starting'],
    ['starting', 2, 'starting'],
    ['ready', null, 'starting'],
    ['ready', 0, 'noAccount'],
    ['ready', 1, 'ready'],
  ] as const)('engine %s with %s accounts is %s', (engine, accounts, state) => {
    expect(mailState({ state: engine }, accounts)).toBe(state);
  });

  it.each([
    ['database', 'failed'],
    ['outdated', 'outdated'],
  ] as const)('an engine that failed for %s is %s', (reason, state) => {
    expect(mailState({ state: 'failed', error: new EngineError(reason, 'Why.') }, 1)).toBe(state);
  });
});

describe('messagesState', () => {
  const of = (rows: number | null, total: number, status: AccountStatus) =>
    messagesState({ source: { mailboxId: inbox }, rows, mailboxes: [mailbox(total)], accounts: [account(status)] });

  it('asks for a mailbox first', () => {
    expect(messagesState({ source: null, rows: null, mailboxes: [], accounts: [] })).toBe('noMailbox');
  });

  it('shows local rows whatever the connection does', () => {
    for (const status of [bad('offline'), bad('signed-out'), filling]) expect(of(3, 3, status)).toBe('shown');
  });

  it('tells an empty mailbox from one that is not here yet', () => {
    expect(of(0, 0, { state: 'idle' })).toBe('empty');
    expect(of(0, 7, { state: 'syncing' })).toBe('loading');
    expect(of(0, 0, filling)).toBe('loading');
    expect(of(null, 0, { state: 'idle' })).toBe('loading');
  });

  it('says that it is offline only where something is missing', () => {
    expect(of(0, 7, bad('offline'))).toBe('offline');
    expect(of(0, 7, bad('trouble'))).toBe('offline');
    expect(of(0, 0, bad('offline'))).toBe('empty');
  });

  it('asks to sign in before anything else', () => expect(of(0, 0, bad('signed-out'))).toBe('signedOut'));

  it('looks at the inboxes of all accounts as one', () => {
    const list = { source: 'inboxes', rows: 0, mailboxes: [mailbox(0)] } as const;
    expect(messagesState({ ...list, accounts: [account({ state: 'idle' })] })).toBe('empty');
    expect(messagesState({ ...list, accounts: [account({ state: 'idle' }), account(filling)] })).toBe('loading');
  });
});
