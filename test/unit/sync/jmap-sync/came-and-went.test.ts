import { describe, expect, it } from 'vitest';
import { never } from '../../../support/synced-account';
import { openAccount } from './open-account';

/** What is newer than the checkpoint, is stored nevertheless, and is destroyed before the checkpoint catches up. */
describe('what came and went between two states, of which the server never tells (RFC 8620 §5.2)', () => {
  it('S4: a message of the first page', async () => {
    const account = await openAccount();
    const { server, remote, local, deliver } = account;
    deliver(3);
    let late = '';
    // The first page shows it, and so does the walk after it; then it is destroyed.
    const onQuery = (change: () => void): void =>
      server.faults.next({
        kind: 'mutate',
        method: 'Email/query',
        change: (response) => {
          change();
          return { ...response, ids: [...new Set([...(response.ids as string[]), late])] };
        },
      });
    onQuery(() => ([late = ''] = deliver(1)));
    onQuery(() => remote.destroy(late));
    await local.cycle();
    expect(account.count()).toBe(4);
    await local.backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, never);
    await local.syncAll();
    await account.compare();
  });

  it('S4: a mailbox that an interrupted first sync has seen', async () => {
    const account = await openAccount();
    const { server, remote, local } = account;
    remote.createMailbox('Brief');
    server.faults.next({ kind: 'reset', method: 'Email/query' });
    await expect(local.cycle()).rejects.toMatchObject({ reason: 'offline' });
    remote.destroyMailbox('Brief');
    await local.syncAll();
    await account.compare();
  });

  it('S4: a message of the walk', async () => {
    const account = await openAccount();
    const { server, remote, local, deliver } = account;
    deliver(3);
    await local.syncAll();
    account.loseTrack();
    await local.cycle();
    let wasSeen = false;
    server.faults.next({
      kind: 'mutate',
      method: 'Email/query',
      change: (response) => {
        const [late = ''] = deliver(1);
        // It is handed out, and destroyed at once.
        server.faults.next({
          kind: 'mutate',
          method: 'Email/get',
          change: (answer) => {
            wasSeen = (answer.list as { id: string }[]).some((email) => email.id === late);
            remote.destroy(late);
            return answer;
          },
        });
        return { ...response, ids: [...(response.ids as string[]), late], total: Number(response.total) + 1 };
      },
    });
    await local.backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, never);
    await local.syncAll();
    expect(wasSeen).toBe(true);
    await account.compare();
  });

  it('S4: a mailbox that a message of the walk stands in', async () => {
    const account = await openAccount();
    const { server, remote, local } = account;
    const [first = ''] = account.deliver(3);
    await local.syncAll();
    account.loseTrack();
    await local.cycle();
    server.faults.next({
      kind: 'mutate',
      method: 'Email/query',
      change: (response) => {
        remote.createMailbox('Brief');
        remote.move(first, 'inbox', 'Brief');
        return response;
      },
    });
    await local.backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, never);
    expect(local.db.mail.get("SELECT count(*) FROM mailboxes WHERE name = 'Brief'", [], ([n]) => n)).toBe(1);
    remote.destroyMailbox('Brief');
    await local.syncAll();
    await account.compare();
  });
});
