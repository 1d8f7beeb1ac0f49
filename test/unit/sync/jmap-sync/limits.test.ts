import { describe, expect, it } from 'vitest';
import { keywords, moved } from '../../../support/synced-account';
import { mailboxId, openAccount } from './open-account';

describe('requests', () => {
  it('S7: a cycle with nothing new is one HTTP request, and writes nothing', async () => {
    const { local, server, deliver } = await openAccount();
    deliver(3);
    await local.syncAll();
    await local.cycle();
    server.stats.reset();
    const before = local.db.mail.stats.bytesWritten;
    await local.cycle();
    expect(server.stats.httpRequests).toBe(1);
    expect(server.stats.methodCalls).toEqual({
      'Mailbox/changes': 1,
      'Mailbox/get': 2,
      'Email/changes': 1,
      'Email/get': 2,
    });
    expect(server.stats.bytesOut).toBeLessThan(2_000);
    expect(local.db.mail.stats.bytesWritten).toBe(before);
  });

  it('S7: one new message is one HTTP request more than none', async () => {
    const { local, server, deliver, compare } = await openAccount();
    deliver(200);
    await local.syncAll();
    deliver(1);
    server.stats.reset();
    await local.cycle();
    expect(server.stats.httpRequests).toBe(1);
    await compare();
  });

  it.each([
    { maxObjectsInGet: 3, maxObjectsInSet: 2 },
    { maxCallsInRequest: 4 },
    { maxCallsInRequest: 1, maxObjectsInGet: 7 },
    { maxCallsInRequest: 2, maxConcurrentRequests: 1, maxSizeRequest: 1_500 },
  ])('S7: keeps within %o', async (limits) => {
    const account = await openAccount({ limits });
    const { local, remote, deliver } = account;
    const ids = deliver(20);
    await local.syncAll();
    await account.compare();
    for (let index = 0; index < 10; index++) remote.createMailbox(`Projects/${index}`);
    for (const id of ids.slice(0, 15)) remote.move(id, 'Projects/3', 'archive');
    deliver(12);
    await local.cycle();
    await account.compare();
    const [from, to] = [local.mailbox(mailboxId(remote, 'archive')), local.mailbox(mailboxId(remote, 'junk'))];
    for (const id of ids.slice(0, 15)) {
      local.act(id, moved(from, to));
      local.act(id, keywords(['$seen']));
    }
    for (const id of ids.slice(15)) local.act(id, { type: 'destroy' });
    expect(await local.drain()).toMatchObject({ sent: 35, failed: 0, deferred: false });
    await local.syncAll();
    await account.compare();
    account.loseTrack();
    await local.cycle();
    expect(local.backend.needsBackfill).toBe(true);
    await local.syncAll();
    await account.compare();
  });

  it('S7: 3,000 mailboxes, made and then changed, on a server that gives 500 at once', async () => {
    const account = await openAccount();
    const { local, remote } = account;
    for (let index = 0; index < 3000; index++) remote.createMailbox(`M${index % 50}/Box ${index}`);
    await local.syncAll();
    await account.compare();
    for (let index = 0; index < 600; index++) remote.renameMailbox(`M${index % 50}/Box ${index}`, `Renamed ${index}`);
    for (let index = 600; index < 900; index++) remote.destroyMailbox(`M${index % 50}/Box ${index}`);
    await local.cycle();
    await account.compare();
  });

  it('S7: more changes than fit one answer are fetched apart, and a message too large for any is left out', async () => {
    const account = await openAccount();
    const { local, server, deliver } = account;
    deliver(10);
    await local.syncAll();
    const [, giant = ''] = deliver(3);
    // As by a server that counts octets of its answer.
    server.faults.always({
      kind: 'mutate',
      method: 'Email/get',
      change: (response) => {
        const list = response.list as { id: string; subject?: string }[];
        if (list.some(({ id }) => id === giant)) for (const item of list) item.subject = 'x'.repeat(65_000_000);
        return response;
      },
    });
    await local.cycle();
    expect(local.warnings.join()).toContain('too large');
    expect(account.count()).toBe(12);
  });

  it('S7: a request for too many objects, refused as a whole as Cyrus does, is asked again in halves', async () => {
    const account = await openAccount();
    const { local, server, deliver } = account;
    deliver(30);
    await local.cycle();
    server.faults.next({ kind: 'requestError', type: 'limit', limit: 'maxObjectsInGet', method: 'Email/get' }, 2);
    await local.syncAll();
    await account.compare();
  });
});
