import { describe, expect, it } from 'vitest';
import { getEmailDetails } from '../../../../src/db/message-lists';
import { deleteChanges, listChanges } from '../../../../src/db/pending-changes';
import { keywords, never } from '../../../support/synced-account';
import { openAccount, type TestAccount } from './open-account';

async function synced(count: number, options = {}): Promise<TestAccount & { readonly ids: string[] }> {
  const account = await openAccount(options);
  const ids = account.deliver(count);
  await account.local.syncAll();
  return { ...account, ids };
}

describe('rebuilding after the server lost track', () => {
  it('S8: cannotCalculateChanges: all stays readable, and is compared in the background', async () => {
    const { local, remote, ids, count, compare, deliver } = await synced(120);
    remote.setKeywords(ids[3] ?? '', ['$flagged']);
    remote.destroy(ids[5] ?? '');
    deliver(2);
    remote.createMailbox('New');
    remote.forgetChanges();
    await local.cycle();
    expect(count()).toBe(120);
    expect(local.backend.needsBackfill).toBe(true);
    await local.syncAll();
    await compare();
  });

  it.each(['Email/changes', 'Mailbox/changes'])('S8: %s that never moves on is the same', async (method) => {
    const { local, remote, ids, server, compare } = await synced(20);
    remote.setKeywords(ids[3] ?? '', ['$flagged']);
    remote.renameMailbox('archive', 'Attic');
    server.faults.next({ kind: 'stuckChanges', method });
    await local.syncAll();
    await compare();
    server.stats.reset();
    await local.cycle();
    expect(server.stats.httpRequests).toBe(1);
  });

  it('S8: a state that the server never gave (Cyrus: invalidArguments) is the same', async () => {
    const { local, remote, ids, server, compare } = await synced(20);
    remote.setKeywords(ids[3] ?? '', ['$flagged']);
    server.faults.next({ kind: 'methodError', type: 'invalidArguments', method: 'Email/changes' });
    await local.syncAll();
    await compare();
  });

  it('S8: losing track again during the comparison begins it again', async () => {
    const { local, remote, ids, compare, loseTrack } = await synced(60, { limits: { maxObjectsInGet: 10 } });
    loseTrack();
    await local.cycle();
    expect(local.backend.needsBackfill).toBe(true);
    let pages = 0;
    await local.backend.backfill({ shouldYield: () => ++pages > 3, onProgress: () => undefined }, never);
    // One of those that were compared already.
    for (const id of ids) remote.setKeywords(id, ['changed']);
    remote.forgetChanges();
    await local.syncAll();
    await compare();
  });

  it('S11: an action sent while a page of the comparison is under way is not undone by that page', async () => {
    const { local, ids, server, compare, loseTrack } = await synced(10);
    const [first = ''] = ids;
    loseTrack();
    await local.cycle();
    // Its answer was made before the action; it comes after it.
    let sent: Promise<unknown> = Promise.resolve();
    server.faults.next({
      kind: 'mutate',
      method: 'Email/get',
      change: (response) => {
        local.act(first, keywords(['$flagged']));
        sent = local.drain();
        return structuredClone(response);
      },
    });
    server.faults.next({ kind: 'delay', ms: 300, method: 'Email/get' });
    await local.syncAll();
    await sent;
    expect(getEmailDetails(local.db, local.key(first))?.keywords).toContain('$flagged');
    await compare();
  });
});

describe('the prune guard', () => {
  it.each([
    ['no total', { kind: 'withoutTotal' }],
    ['empty pages', { kind: 'emptyPage' }],
  ] as const)('S9: with %s nothing is deleted, until the server is itself again', async (_, fault) => {
    const { local, remote, server, ids, count, compare, loseTrack } = await synced(30);
    remote.destroy(...ids.slice(0, 3));
    remote.forgetChanges();
    server.faults.always({ ...fault, method: 'Email/query' });
    await local.syncAll();
    expect(count()).toBe(30);
    expect(local.warnings.join()).toContain('Nothing is deleted');
    server.faults.clear();
    loseTrack();
    await local.syncAll();
    await compare();
  });

  it('S9: with an ignored position nothing is deleted', async () => {
    const { local, remote, server, ids, count } = await synced(30);
    remote.destroy(...ids.slice(0, 3));
    remote.forgetChanges();
    let first: string[] | undefined;
    server.faults.always({
      kind: 'mutate',
      method: 'Email/query',
      change: (response) => {
        first ??= (response.ids as string[]).slice(0, 10);
        return { ...response, ids: first };
      },
    });
    await local.syncAll();
    expect(count()).toBe(30);
    expect(local.warnings.join()).toContain('position was ignored');
  });

  it('S9: with a list that changes under the walk it walks again, and deletes only then', async () => {
    const account = await synced(30);
    const { local, remote, server, ids } = account;
    remote.destroy(...ids.slice(0, 3));
    remote.forgetChanges();
    let walks = 0;
    server.faults.always({
      kind: 'mutate',
      method: 'Email/query',
      change: (response) => {
        const all = response.ids as string[];
        if (++walks > 2) return response;
        if (walks === 1) account.deliver(1);
        return { ...response, ids: walks === 1 ? all.slice(0, 20) : all };
      },
    });
    await local.syncAll();
    expect(walks).toBeGreaterThan(2);
    await account.compare();
  });

  it('S9: an empty list that claims to be complete deletes nothing that the server still has by id', async () => {
    const { local, server, count, compare, loseTrack } = await synced(30);
    loseTrack();
    server.faults.always({
      kind: 'mutate',
      method: 'Email/query',
      change: (response) => ({ ...response, ids: [], total: 0 }),
    });
    await local.syncAll();
    expect(count()).toBe(30);
    await compare();
  });

  it('S9: notFound alone does not delete; in changes it is passed over', async () => {
    const { local, remote, server, ids, count } = await synced(5);
    for (const id of ids) remote.setKeywords(id, ['changed']);
    server.faults.next({ kind: 'notFound', method: 'Email/get' }, 2);
    await local.cycle();
    expect(count()).toBe(5);
  });

  it('S9: a message that waits for a change is not deleted by difference, also when it came during the walk', async () => {
    const { local, remote, server, ids, count } = await synced(10);
    const [early = '', late = '', other = ''] = ids;
    local.act(early, keywords(['$flagged']));
    remote.destroy(early, late, other);
    remote.forgetChanges();
    await local.cycle();
    server.faults.next({
      kind: 'mutate',
      method: 'Email/query',
      change: (response) => {
        queueMicrotask(() => local.act(late, keywords(['$flagged'])));
        return response;
      },
    });
    await local.backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, never);
    expect(count()).toBe(9);
    expect(listChanges(local.db)).toHaveLength(2);
    // What the server answers to the change decides: gone.
    await local.drain();
    expect(count()).toBe(7);
  });

  it('S1: a message that is gone goes from here too, when the change that it waited for is taken back', async () => {
    const { local, remote, ids, compare } = await synced(5);
    const [gone = ''] = ids;
    local.act(gone, keywords(['$flagged']));
    remote.destroy(gone);
    remote.forgetChanges();
    await local.cycle();
    await local.backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, never);
    deleteChanges(
      local.db,
      listChanges(local.db).map(({ id }) => id),
    );
    await local.syncAll();
    await compare();
  });

  it('S9: destroyed deletes, whatever waits', async () => {
    const { local, remote, ids, count, compare } = await synced(5);
    const [first = ''] = ids;
    local.act(first, keywords(['$flagged']));
    remote.destroy(first);
    await local.cycle();
    expect(count()).toBe(4);
    expect(listChanges(local.db)).toEqual([]);
    await compare();
  });

  it('S9: a mailbox is deleted by difference only if the server says by its id that it is gone', async () => {
    const { local, remote, server, compare } = await synced(5);
    remote.createMailbox('Kept');
    remote.createMailbox('Gone');
    await local.cycle();
    remote.destroyMailbox('Gone');
    remote.forgetChanges();
    server.faults.next({
      kind: 'mutate',
      method: 'Mailbox/get',
      change: (response) => ({
        ...response,
        list: (response.list as { name?: string }[]).filter(({ name }) => name !== 'Kept'),
      }),
    });
    await local.syncAll();
    await compare();
  });
});
