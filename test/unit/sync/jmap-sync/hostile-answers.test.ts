import { describe, expect, it } from 'vitest';
import { getEmailDetails, listMessages } from '../../../../src/db/message-lists';
import { listMailboxes } from '../../../../src/db/mailboxes';
import { inDisplayOrder } from '../../../../src/model/mailbox-tree';
import { never } from '../../../support/synced-account';
import type { Fault } from '../../../servers/embedded-jmap/faults';
import { mailboxId, openAccount } from './open-account';

type Items = Record<string, unknown>[];

/** Changes the objects of the next answer of a method, or of all. */
function items(method: string, change: (list: Items) => unknown): Fault {
  return { kind: 'mutate', method, change: (response) => ({ ...response, list: change(response.list as Items) }) };
}

describe('answers that make no sense', () => {
  it.each<[string, Fault]>([
    ['malformed JSON', { kind: 'malformed', endpoint: 'api' }],
    ['a truncated answer', { kind: 'truncate', share: 0.6, endpoint: 'api' }],
    ['a cut connection', { kind: 'truncate', share: 0.5, cut: true, endpoint: 'api' }],
    ['a captive portal', { kind: 'contentType', type: 'text/html', body: '<h1>Sign in</h1>', endpoint: 'api' }],
    ['no method responses', { kind: 'mutateAnswer', endpoint: 'api', change: () => ({}) }],
    ['an array', { kind: 'mutateAnswer', endpoint: 'api', change: () => [] }],
    ['null', { kind: 'mutateAnswer', endpoint: 'api', change: () => null }],
    [
      'none of the answers',
      { kind: 'mutateAnswer', endpoint: 'api', change: (all) => ({ ...all, methodResponses: [] }) },
    ],
    ['changes without newState', { kind: 'mutate', method: /changes/, change: ({ newState: _, ...rest }) => rest }],
    ['changes with wrong types', { kind: 'mutate', method: /changes/, change: (all) => ({ ...all, created: 'M1' }) }],
    ['changes of numbers', { kind: 'mutate', method: /changes/, change: (all) => ({ ...all, destroyed: [1, null] }) }],
    ['a list that is an object', { kind: 'mutate', method: 'Email/get', change: (all) => ({ ...all, list: {} }) }],
    [
      'an unknown method error',
      {
        kind: 'mutateAnswer',
        endpoint: 'api',
        change: () => ({
          methodResponses: [
            ['error', { type: 'lunch' }, 'ec'],
            ['error', {}, 'mc'],
          ],
        }),
      },
    ],
    ['503', { kind: 'status', status: 503, endpoint: 'api' }],
    ['serverFail', { kind: 'methodError', type: 'serverFail', method: /Email/ }],
  ])('%s: a SyncError, nothing is lost, and the next cycle has all', async (_, fault) => {
    const account = await openAccount();
    const { local, remote, server } = account;
    const [first = '', second = ''] = account.deliver(6);
    await local.syncAll();
    account.deliver(3);
    remote.setKeywords(first, ['$flagged']);
    remote.destroy(second);
    server.faults.next(fault);
    await expect(local.cycle()).rejects.toMatchObject({ name: 'SyncError', message: /^[A-Z1].{10}/ });
    expect(account.count()).toBe(6);
    expect(server.faults.pending).toBe(0);
    await local.cycle();
    await account.compare();
  });

  it('S29: 429 names its Retry-After', async () => {
    const { local, server, deliver } = await openAccount();
    deliver(2);
    await local.syncAll();
    server.faults.next({ kind: 'status', status: 429, retryAfter: 7, endpoint: 'api' });
    await expect(local.cycle()).rejects.toMatchObject({ reason: 'rate-limited', retryAfter: 7000 });
  });

  it('one odd message spoils only itself', async () => {
    const account = await openAccount();
    const { local, remote, server } = account;
    const ids = account.deliver(12);
    server.faults.always(
      items('Email/get', (list) => [
        ...list.slice(0, -1),
        null,
        'M1',
        {},
        { id: 7 },
        { id: '' },
        { id: 'with space' },
        { id: 'N\0UL', subject: 'no' },
      ]),
    );
    await local.syncAll();
    expect(account.count()).toBeGreaterThanOrEqual(11);
    expect(local.warnings.join()).toContain('without an id');
    server.faults.clear();
    remote.setKeywords(ids[0] ?? '', ['$seen']);
    for (const id of ids) remote.setKeywords(id, ['$flagged']);
    await local.cycle();
    await account.compare();
  });

  it('takes a message of which every part is odd, and shows something sensible', async () => {
    const account = await openAccount();
    const { local, remote, server } = account;
    const [id = ''] = account.deliver(1);
    const odd = {
      id,
      subject: 'x'.repeat(10_000_000),
      from: 'nobody',
      to: [null, 7, { name: 5, email: null }, { name: 'T\0o \uD800', email: 'to@example.test' }],
      receivedAt: '0000-01-01T00:00:00Z',
      sentAt: '9999-12-31T23:59:59Z',
      size: -5,
      preview: { text: 'none' },
      messageId: ['a b\0', null],
      references: 'none',
      hasAttachment: 'yes',
      keywords: { $seen: true, $flagged: false, 'two words': true, '': true },
      mailboxIds: { [mailboxId(remote, 'inbox')]: true },
      threadId: null,
      blobId: 9,
    };
    server.faults.always(items('Email/get', (list) => list.map(() => odd)));
    await local.syncAll();
    const details = getEmailDetails(local.db, local.key(id));
    expect(details).toMatchObject({
      receivedAt: 0,
      sentAt: Date.UTC(9999, 11, 31),
      size: 0,
      preview: '',
      keywords: ['$seen'],
      hasAttachment: false,
      messageId: ['ab'],
    });
    expect(details?.subject.length).toBeLessThan(3000);
    expect(details?.addresses.to.at(-1)).toEqual({ name: 'To \uFFFD', email: 'to@example.test' });
    const [row] = listMessages(local.db, [local.mailbox(mailboxId(remote, 'inbox'))], null, 10).rows;
    expect(row?.emailId).toBe(local.key(id));
  });

  it('a message without keywords or mailboxIds in changes stays as it is', async () => {
    const account = await openAccount();
    const { local, remote, server } = account;
    const [id = ''] = account.deliver(1);
    remote.setKeywords(id, ['$flagged']);
    await local.syncAll();
    remote.setKeywords(id, ['$flagged', '$seen']);
    server.faults.always(items('Email/get', (list) => list.map(() => ({ id, keywords: null, mailboxIds: 'inbox' }))));
    await local.cycle();
    expect(getEmailDetails(local.db, local.key(id))).toMatchObject({ keywords: ['$flagged'], mailboxIds: [1] });
  });

  it('a message listed twice, and in created and destroyed at once, is here once or not at all', async () => {
    const account = await openAccount();
    const { local, remote, server } = account;
    account.deliver(2);
    await local.syncAll();
    const [twice = ''] = account.deliver(1);
    const [gone = ''] = account.deliver(1);
    remote.destroy(gone);
    server.faults.next({
      kind: 'mutate',
      method: 'Email/changes',
      change: (all) => ({ ...all, created: [twice, twice, gone], updated: [twice], destroyed: [gone, gone, 'never'] }),
    });
    server.faults.next(items('Email/get', (list) => [...list, ...list]));
    await local.cycle();
    expect(account.count()).toBe(3);
    await account.compare();
  });

  it('mailboxes that are their own parents, or have none that is there, are all shown', async () => {
    const account = await openAccount();
    const { local, remote, server } = account;
    const [a, b, c, d] = ['A', 'B', 'C', 'D'].map((name) => remote.createMailbox(name));
    const parents = { [a ?? '']: b, [b ?? '']: a, [c ?? '']: c, [d ?? '']: 'nowhere' };
    server.faults.always(
      items('Mailbox/get', (list) => [
        ...list.map((item) => ({ ...item, parentId: parents[String(item.id)] ?? null })),
        null,
        { name: 'no id' },
        { id: 'bare' },
      ]),
    );
    await local.syncAll();
    const shown = inDisplayOrder(listMailboxes(local.db), [local.accountId]);
    expect(shown.map(({ name }) => name)).toEqual(expect.arrayContaining(['Inbox', 'A', 'B', 'C', 'D', '']));
    expect(local.warnings.join()).toContain('mailbox that makes no sense');
  });

  it('mailboxes with odd values get sensible ones', async () => {
    const { local, server } = await openAccount();
    const odd = {
      name: `\0${'n'.repeat(300)}\uD800`,
      role: 'SPAM',
      sortOrder: 'first',
      totalEmails: -1,
      unreadEmails: 1.5,
      myRights: { mayReadItems: 'perhaps', mayAddItems: false },
      isSubscribed: null,
    };
    server.faults.always(
      items('Mailbox/get', (list) => list.map((item, at) => (at === 0 ? { ...item, ...odd } : item))),
    );
    await local.cycle();
    const mailbox = listMailboxes(local.db).find(({ role }) => role === 'junk');
    expect(mailbox).toMatchObject({ sortOrder: 0, total: 0, unread: 1, isSubscribed: true });
    expect(mailbox?.rights).toMatchObject({ mayReadItems: true, mayAddItems: false });
    expect(mailbox?.name).toMatch(/^n{254}$/);
  });

  it('only the unread count of a mailbox changes', async () => {
    const account = await openAccount();
    const { local, remote, server } = account;
    const ids = account.deliver(100);
    await local.cycle(); // not complete: the counts are the server's
    const inbox = () => listMailboxes(local.db).find(({ role }) => role === 'inbox');
    const unread = inbox()?.unread ?? 0;
    const before = new Set(
      remote
        .messages()
        .filter(({ keywords }) => keywords.length === 0)
        .map(({ id }) => id),
    );
    const [one = ''] = ids.filter((id) => before.has(id));
    remote.setKeywords(one, ['$seen']);
    server.faults.next({
      kind: 'mutate',
      method: 'Mailbox/changes',
      change: (all) => ({ ...all, updatedProperties: ['unreadEmails'] }),
    });
    await local.cycle();
    expect(inbox()).toMatchObject({ total: 100, unread: unread - 1 });
    await local.syncAll();
    await account.compare();
  });

  it('Mailbox/changes without updatedProperties is asked the plain way', async () => {
    const account = await openAccount();
    const { local, remote, server } = account;
    await local.syncAll();
    remote.renameMailbox('archive', 'Attic');
    server.faults.next({
      kind: 'mutate',
      method: 'Mailbox/changes',
      change: ({ updatedProperties: _, ...rest }) => rest,
    });
    await local.cycle();
    await account.compare();
  });

  it('a message in a mailbox that the server does not show is kept, with a warning', async () => {
    const account = await openAccount();
    const { local, remote, server } = account;
    const [id = ''] = account.deliver(2);
    const inbox = mailboxId(remote, 'inbox');
    server.faults.always(
      items('Email/get', (list) => list.map((item) => ({ ...item, mailboxIds: { [inbox]: true, hidden: true } }))),
    );
    await local.syncAll();
    expect(getEmailDetails(local.db, local.key(id))?.mailboxIds).toEqual([local.mailbox(inbox)]);
    expect(local.warnings.join()).toContain('does not show');
  });

  it('messages that the server lists but does not hand out do not hold up the rest', async () => {
    const account = await openAccount();
    const { local, server } = account;
    const [, hidden = ''] = account.deliver(60);
    server.faults.always(items('Email/get', (list) => list.filter(({ id }) => id !== hidden)));
    await local.syncAll();
    expect(account.count()).toBe(59);
    expect(local.warnings.join()).toContain('does not hand out');
  });

  it('a body of which one part is odd shows the others', async () => {
    const account = await openAccount();
    const { local, server } = account;
    const [id = ''] = account.deliver(1);
    await local.syncAll();
    server.faults.next(
      items('Email/get', (list) =>
        list.map((item) => ({
          ...item,
          attachments: [null, 'x', { partId: 'p', name: 'a\0b', type: 'IMAGE/PNG', size: -1, cid: '<c@x>' }],
          bodyValues: { ...(item.bodyValues as object), odd: null, worse: { value: 5 } },
        })),
      ),
    );
    const email = {
      id: local.key(id),
      accountId: local.accountId,
      remoteId: id,
      blobId: null,
      mailboxIds: new Set<never>(),
    };
    const body = await local.backend.fetchBody(email, never);
    expect(body.text).toContain('said the');
    expect(body.attachments).toEqual([
      { partId: 'p', blobId: null, name: 'ab', type: 'image/png', size: 0, cid: 'c@x', inline: false },
    ]);
  });
});
