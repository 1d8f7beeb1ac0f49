import { describe, expect, it } from 'vitest';
import { getEmailDetails } from '../../../../src/db/message-lists';
import { listChanges } from '../../../../src/db/pending-changes';
import { keywords, moved, never } from '../../../support/synced-account';
import { drainOutbox } from '../../../../src/sync/outbox';
import { mailboxId, openAccount, type TestAccount } from './open-account';

async function synced(count: number, options = {}): Promise<TestAccount & { readonly ids: string[] }> {
  const account = await openAccount(options);
  const ids = account.deliver(count);
  await account.local.syncAll();
  return { ...account, ids };
}

describe('sending changes', () => {
  it('S10: patches, for all in one Email/set, without ifInState: what others changed meanwhile stays', async () => {
    const { local, remote, ids, server, compare } = await synced(5);
    const [a = '', b = '', c = ''] = ids;
    local.act(a, keywords(['a/b~c']));
    local.act(b, moved(local.mailbox(mailboxId(remote, 'inbox')), local.mailbox(mailboxId(remote, 'archive'))));
    local.act(c, { type: 'destroy' });
    remote.setKeywords(a, ['$answered']);
    remote.move(b, 'inbox', 'junk');
    server.stats.reset();
    expect(await local.drain()).toMatchObject({ sent: 3, failed: 0 });
    expect(server.stats.methodCalls['Email/set']).toBe(1);
    const [first, second] = [a, b].map((id) => remote.messages().find((message) => message.id === id));
    expect(first?.keywords).toEqual(['$answered', 'a/b~c']);
    expect(second?.mailboxes).toEqual(['Archive', 'Junk']);
    await local.cycle();
    await compare();
  });

  it.each([
    ['forbidden', 'failed'],
    ['overQuota', 'failed'],
    ['tooManyKeywords', 'failed'],
    ['invalidProperties', 'failed'],
    ['lunch', 'failed'],
    ['rateLimit', 'queued'],
    ['stateMismatch', 'queued'],
    ['serverFail', 'queued'],
  ])('S29: an item answered %s is %s, the others are done', async (type, state) => {
    const { local, ids, server } = await synced(3);
    const [a = '', b = '', c = ''] = ids;
    for (const id of [a, b, c]) local.act(id, keywords(['$flagged']));
    server.faults.next({ kind: 'setErrors', method: 'Email/set', ids: [b], error: { type, description: 'Because.' } });
    const report = await local.drain();
    expect(report).toMatchObject({ sent: 2, failed: state === 'failed' ? 1 : 0, deferred: state === 'queued' });
    const [change, ...rest] = listChanges(local.db);
    expect(rest).toEqual([]);
    expect(change).toMatchObject({ emailId: local.key(b), state, attempts: 1 });
    expect(change?.lastError).toContain('Because.');
    // S1: a refused intent shows the server's truth again at once.
    const shown = getEmailDetails(local.db, local.key(b))?.keywords.includes('$flagged');
    expect(shown).toBe(state === 'queued');
  });

  it('S40: what leaves one of two mailboxes stays somewhere, though somebody else took it out of the other meanwhile', async () => {
    const { local, remote, ids, server, compare } = await synced(1);
    const [id = ''] = ids;
    const at = (role: string) => local.mailbox(mailboxId(remote, role));
    const places = () => remote.messages().find((message) => message.id === id)?.mailboxes;
    remote.move(id, 'inbox', 'archive');
    await local.syncAll();
    local.act(id, { type: 'mailboxes', add: [], remove: [at('inbox')] });
    remote.move(id, 'inbox');
    // As after a cycle that heard of it: it would be nowhere, and the person is told.
    expect(await local.drain()).toMatchObject({ sent: 0, failed: 1, needsCycle: true });
    expect(places()).toEqual(['Inbox']);
    // It is taken out of there between our question and the patch, which says more than was asked: a cycle has to look.
    const mailboxIds = { [mailboxId(remote, 'inbox')]: true, [mailboxId(remote, 'archive')]: true };
    server.faults.next({
      kind: 'mutate',
      method: 'Email/get',
      change: (got) => ({ ...got, list: [{ id, mailboxIds }] }),
    });
    local.act(id, { type: 'mailboxes', add: [], remove: [at('inbox')] });
    expect(await local.drain()).toMatchObject({ sent: 1, failed: 0, needsCycle: true });
    expect(places()).toEqual(['Archive']);
    await local.cycle();
    await compare();
    // Nor is it said to stand in a mailbox that is gone by now: Cyrus would take that, and delete the message.
    local.act(id, moved(at('archive'), at('inbox')));
    await local.drain();
    const made = remote.createMailbox('Soon gone');
    remote.move(id, 'inbox', made);
    await local.syncAll();
    local.act(id, { type: 'mailboxes', add: [], remove: [at('inbox')] });
    remote.move(id, 'inbox');
    remote.destroyMailbox(made);
    expect(await local.drain()).toMatchObject({ sent: 0, failed: 1 });
    expect(places()).toEqual(['Inbox']);
  });

  it('S29: an item answered notFound is done, and goes here', async () => {
    const { local, ids, server, count } = await synced(3);
    local.act(ids[0] ?? '', keywords(['$flagged']));
    server.faults.next({ kind: 'setErrors', method: 'Email/set', error: { type: 'notFound' } });
    expect(await local.drain()).toMatchObject({ sent: 1, failed: 0 });
    expect(count()).toBe(2);
  });

  it('S30: an item that the answer leaves out, or an error of no shape, loses no change', async () => {
    const { local, ids, server } = await synced(2);
    for (const id of ids) local.act(id, keywords(['$flagged']));
    const [first = ''] = ids;
    server.faults.next({
      kind: 'mutate',
      method: 'Email/set',
      change: (all) => ({ ...all, updated: {}, notUpdated: { [first]: 'no' } }),
    });
    await local.drain();
    expect(
      listChanges(local.db)
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['failed', 'queued']);
  });

  it('S11: advances the state only if oldState is ours', async () => {
    const { local, remote, ids, server, compare } = await synced(3);
    const [a = '', b = ''] = ids;
    local.act(a, keywords(['$flagged']));
    expect(await local.drain()).toMatchObject({ needsCycle: false });
    server.stats.reset();
    expect(await local.cycle()).toMatchObject({ changed: 0 });
    remote.setKeywords(b, ['$answered']);
    local.act(a, keywords(['later']));
    expect(await local.drain()).toMatchObject({ needsCycle: true });
    await local.cycle();
    await compare();
  });

  it('S11: a page of changes that was read before our own change took effect is read again', async () => {
    const { local, remote, ids, server, compare } = await synced(3);
    const [a = '', b = ''] = ids;
    remote.setKeywords(b, ['$answered']);
    local.act(a, keywords(['$flagged']));
    let drained: Promise<unknown> = Promise.resolve();
    server.faults.next({
      kind: 'mutate',
      method: 'Email/changes',
      change: (response) => {
        drained = local.drain();
        return response;
      },
    });
    server.faults.next({ kind: 'delay', ms: 200, method: 'Email/changes' });
    await local.cycle();
    await drained;
    await local.cycle();
    expect(getEmailDetails(local.db, local.key(a))?.keywords).toContain('$flagged');
    await compare();
  });

  it('S10: an answer lost after the changes were applied: sent again, and right', async () => {
    const { local, remote, ids, server, compare } = await synced(4);
    const [a = '', b = '', c = ''] = ids;
    local.act(a, keywords(['$flagged']));
    local.act(b, moved(local.mailbox(mailboxId(remote, 'inbox')), local.mailbox(mailboxId(remote, 'archive'))));
    local.act(c, { type: 'destroy' });
    server.faults.next({ kind: 'loseAnswer', method: 'Email/set' });
    await expect(local.drain()).rejects.toMatchObject({ name: 'SyncError' });
    expect(listChanges(local.db).map(({ state }) => state)).toEqual(['queued', 'queued', 'queued']);
    expect(await local.drain()).toMatchObject({ sent: 3, failed: 0 });
    await local.cycle();
    await compare();
  });

  it.each(['serverUnavailable', 'serverPartialFail', 'stateMismatch', 'serverFail'] as const)(
    'S29: the whole answered %s: queued again, though it may have been applied',
    async (type) => {
      const { local, ids, server, compare } = await synced(2);
      for (const id of ids) local.act(id, keywords(['$flagged']));
      server.faults.next({ kind: 'methodError', type, method: 'Email/set', applied: true });
      await expect(local.drain()).rejects.toMatchObject({ reason: 'unavailable' });
      expect(listChanges(local.db).map(({ state, attempts }) => [state, attempts])).toEqual([
        ['queued', 1],
        ['queued', 1],
      ]);
      await local.drain();
      await local.cycle();
      await compare();
    },
  );

  it('S29: offline counts no attempt', async () => {
    const { local, ids, server } = await synced(1);
    local.act(ids[0] ?? '', keywords(['$flagged']));
    await server.stop();
    await expect(local.drain()).rejects.toMatchObject({ reason: 'offline' });
    expect(listChanges(local.db)).toMatchObject([{ state: 'queued', attempts: 0, lastError: null }]);
  });

  it('S27: a batch that is refused as a whole goes singly; ended in the middle, nothing more is refused', async () => {
    const { local, ids, server, compare } = await synced(6);
    for (const id of ids) local.act(id, keywords(['$flagged']));
    server.faults.next({ kind: 'methodError', type: 'invalidArguments', method: 'Email/set' });
    server.faults.next({ kind: 'delay', ms: 0, method: 'Email/set' }, 3);
    const stop = new AbortController();
    server.faults.next(
      {
        kind: 'mutate',
        method: 'Email/set',
        change: (response) => {
          if (server.stats.methodCalls['Email/set'] === 4) stop.abort();
          return response;
        },
      },
      10,
    );
    await expect(drainOutbox(local.db, local.backend, local.accountId, stop.signal)).rejects.toThrow();
    const left = listChanges(local.db);
    expect(left.length).toBeGreaterThan(2);
    expect(left.length).toBeLessThan(6);
    expect(left.map(({ state, attempts }) => [state, attempts])).toEqual(left.map(() => ['queued', 0]));
    await local.drain();
    await local.cycle();
    await compare();
  });

  it('S27: singly over a connection that dies: those answered are done, the others wait', async () => {
    const { local, ids, server, compare } = await synced(4);
    for (const id of ids) local.act(id, keywords(['$flagged']));
    server.faults.next({ kind: 'methodError', type: 'invalidArguments', method: 'Email/set' });
    server.faults.next({ kind: 'delay', ms: 0, method: 'Email/set' }, 3);
    server.faults.next({ kind: 'status', status: 503, method: 'Email/set' });
    await expect(local.drain()).rejects.toMatchObject({ reason: 'unavailable' });
    expect(listChanges(local.db)).toHaveLength(2);
    await local.drain();
    await local.cycle();
    await compare();
  });

  it('S40: what went well before the connection went is done: what somebody does to it meanwhile counts', async () => {
    const { local, remote, ids, server, compare } = await synced(4, { limits: { maxObjectsInSet: 2 } });
    const [inbox, archive] = [local.mailbox(mailboxId(remote, 'inbox')), local.mailbox(mailboxId(remote, 'archive'))];
    for (const id of ids) local.act(id, moved(inbox, archive));
    server.faults.next({ kind: 'delay', ms: 0, method: 'Email/set' });
    server.faults.next({ kind: 'status', status: 503, method: 'Email/set' });
    await expect(local.drain()).rejects.toMatchObject({ reason: 'unavailable' });
    expect(listChanges(local.db)).toHaveLength(2);
    for (const { id, mailboxes } of remote.messages()) if (mailboxes.includes('Archive')) remote.move(id, 'junk');
    await local.drain();
    await local.cycle();
    expect(
      remote
        .messages()
        .map(({ mailboxes }) => mailboxes.join())
        .sort(),
    ).toEqual(['Archive', 'Archive', 'Junk', 'Junk']);
    await compare();
  });

  it('S21: a move into a mailbox that is gone is refused, and the message stays', async () => {
    const { local, remote, ids, count } = await synced(2);
    remote.createMailbox('Doomed');
    await local.cycle();
    const doomed = local.mailbox(mailboxId(remote, 'Doomed'));
    remote.destroyMailbox('Doomed');
    local.act(ids[0] ?? '', moved(local.mailbox(mailboxId(remote, 'inbox')), doomed));
    expect(await local.drain()).toMatchObject({ failed: 1 });
    expect(count()).toBe(2);
    const [change] = listChanges(local.db);
    expect(change?.lastError).toContain('moved to is gone');
    await local.backend.syncChanges(never);
    expect(getEmailDetails(local.db, local.key(ids[0] ?? ''))?.mailboxIds).toHaveLength(1);
  });
});
