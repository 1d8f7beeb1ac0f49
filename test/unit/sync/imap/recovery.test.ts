import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertAccount } from '../../../../src/db/accounts';
import { listChanges } from '../../../../src/db/pending-changes';
import { applyAction } from '../../../../src/engine/apply-action';
import type { AccountStatus } from '../../../../src/model/account';
import type { AccountId, EmailId } from '../../../../src/model/ids';
import { SyncManager } from '../../../../src/sync/sync-manager';
import { startImapRefusals, type ImapRefusals } from '../../../servers/imap-refusals';
import { basicCapabilities, startScriptedImap, type ScriptedImap } from '../../../servers/scripted-imap';
import { openTestDb, type TestDb } from '../../../support/test-db';

const ids = ['imap-1', 'imap-2', 'imap-3'].map((id) => id as AccountId);
let server: ScriptedImap;
let network: ImapRefusals;
let test: TestDb;
let sync: SyncManager;

beforeEach(async () => {
  server = await startScriptedImap(basicCapabilities);
  const raw = 'Message-ID: <one@scripted>\r\nSubject: One\r\n\r\nText\r\n';
  server.mailboxes.set('INBOX', {
    uidValidity: 7,
    uidNext: 2,
    highestModSeq: 1,
    messages: [{ uid: 1, flags: [], modSeq: 1, raw }],
  });
  network = await startImapRefusals(server.port);
  test = await openTestDb();
  // A back-off that outlasts the test: whoever connects again within it was not sent by the back-off.
  const timing = { backoff: { first: 600_000, longest: 600_000 }, poll: 600_000 };
  sync = new SyncManager({ db: test.db, onCredentialsNeeded: () => undefined, timing });
});
afterEach(async () => {
  await sync.stop();
  await network.stop();
  await server.stop();
  test.close();
});

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1500) throw new Error(`it did not come to be: ${JSON.stringify(ids.map((id) => sync.status(id)))}`);
    await delay(10);
  }
}
const states = (wanted: readonly AccountId[]): AccountStatus['state'][] => wanted.map((id) => sync.status(id).state);
const all = (wanted: readonly AccountId[], state: string) => (): boolean =>
  states(wanted).every((one) => one === state);

async function start(wanted: readonly AccountId[], port: number): Promise<void> {
  for (const id of wanted) {
    const imap = { host: '127.0.0.1', port, security: 'none', pinnedCertificate: null } as const;
    const settings = { protocol: 'imap', imap, smtp: null, username: 'alice' } as const;
    insertAccount(test.db, { id, name: id, email: `${id}@example.test`, settings }, 1);
    await sync.authenticate(id, 'secret');
  }
  await until(all(wanted, 'idle'));
}

const logins = (): number => network.log.filter((line) => /^(LOGIN|AUTHENTICATE)/i.test(line)).length;

describe('S26: after sleep, and when the network is back', () => {
  it('each of several accounts connects at once, and once: the working connection and the one that listens', async () => {
    await start(ids, network.port);
    await until(() => logins() === 2 * ids.length);
    network.setOnline(false);
    await until(all(ids, 'offline'));
    network.heal();
    network.log.length = 0;
    for (let told = 0; told < 5; told++) sync.wake(null); // every way of noticing it at once
    await until(all(ids, 'idle'));
    await until(() => logins() === 2 * ids.length);
    await delay(300);
    expect(logins()).toBe(2 * ids.length);
  });

  it('nobody asks again while it is offline and nothing happens', async () => {
    await start(ids, network.port);
    network.setOnline(false);
    await until(all(ids, 'offline'));
    network.log.length = 0;
    network.heal();
    await delay(500);
    expect(network.log).toEqual([]);
  });
});

describe('a network that wants a sign-in page first', () => {
  /** Answers as such networks do where mail was asked for, until it is healed: then mail goes through. */
  async function startPortal(greeting: Buffer): Promise<{ server: Server; port: number; heal: () => void }> {
    const sockets = new Set<Socket>();
    let isHealed = true;
    const portal = createServer((client) => {
      client.on('error', () => undefined);
      if (isHealed) {
        const upstream = connect(server.port, '127.0.0.1');
        upstream.on('error', () => client.destroy());
        client.on('close', () => upstream.destroy());
        upstream.on('close', () => client.destroy());
        client.pipe(upstream).pipe(client);
        sockets.add(client);
      } else client.end(greeting);
    });
    await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
    const { port } = portal.address() as AddressInfo;
    await start(ids.slice(0, 1), port);
    isHealed = false;
    for (const socket of sockets) socket.destroy();
    return { server: portal, port, heal: () => (isHealed = true) };
  }

  it.each([
    [
      'a web page',
      Buffer.from('HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n<html>Welcome</html>\r\n'),
    ],
    ['an alert of TLS', Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28])],
  ])('S29: %s in place of the greeting is being offline, and it recovers', async (_, greeting) => {
    const [id = '' as AccountId] = ids;
    const portal = await startPortal(greeting);
    try {
      sync.wake(id);
      await until(() => ['offline', 'trouble'].includes(sync.status(id).state));
      const [email] = test.db.mail.all('SELECT id FROM emails', [], (row) => row[0] as EmailId);
      const action = { type: 'keyword', keyword: '$flagged', on: true } as const;
      const target = { emailId: email ?? (0 as EmailId), mailboxId: null };
      const { accounts } = applyAction(test.db, action, [target], { now: 1, remember: false });
      sync.wakeOutbox(accounts);
      await delay(200);
      expect(sync.status(id)).toMatchObject({
        state: 'offline',
        message: expect.stringMatching(/sign in first/) as string,
      });
      expect(listChanges(test.db)).toMatchObject([{ state: 'queued', attempts: 0 }]);
      portal.heal();
      sync.wake(id);
      await until(() => listChanges(test.db).length === 0 && sync.status(id).state === 'idle');
      expect(server.mailboxes.get('INBOX')?.messages[0]?.flags).toContain('\\Flagged');
    } finally {
      await sync.stop();
      portal.server.close();
    }
  });
});
