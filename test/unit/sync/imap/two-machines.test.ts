import type { Socket } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { countPlaces } from '../../../../src/db/imap-messages';
import { storedMailboxes } from '../../../../src/db/imap-mailboxes';
import type { AccountStatus } from '../../../../src/model/account';
import { SyncManager } from '../../../../src/sync/sync-manager';
import { addMessage, basicCapabilities, startScriptedImap, type ScriptedImap } from '../../../servers/scripted-imap';
import { prepareImapAccount } from '../../../support/imap-account';
import { fillScripted, scriptedMail } from '../../../support/scripted-account';

/** One person, two machines: a desktop and a code space have an engine each, and the server counts connections by user. */
let server: ScriptedImap;
let logins: { accepted: number; refused: number };

beforeEach(async () => {
  server = await startScriptedImap(basicCapabilities);
  onTestFinished(() => server.stop());
  fillScripted(server, 'INBOX', 3);
  logins = { accepted: 0, refused: 0 };
});

function allowConnections(limit: number): void {
  const signedIn = new Set<Socket>();
  server.script = ({ tag, name }, socket) => {
    if (name !== 'LOGIN') return undefined;
    if (signedIn.size >= limit) {
      logins.refused += 1;
      return `${tag} NO [LIMIT] Too many simultaneous connections.\r\n`;
    }
    logins.accepted += 1;
    signedIn.add(socket);
    socket.once('close', () => signedIn.delete(socket));
    return undefined;
  };
}

interface Machine {
  readonly here: () => number;
  readonly status: () => AccountStatus;
  readonly cycle: () => void;
  stop(): Promise<void>;
}

async function openMachine(): Promise<Machine> {
  const account = await prepareImapAccount({ port: server.port, user: 'alice', password: 'secret' });
  const { db, accountId } = account;
  const sync = new SyncManager({
    db,
    onCredentialsNeeded: () => undefined,
    timing: { poll: 50, backoff: { first: 20, longest: 200 } },
  });
  let isOpen = true;
  const stop = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await sync.stop();
    account.close();
  };
  onTestFinished(stop);
  await sync.authenticate(accountId, 'secret');
  const inbox = () => storedMailboxes(db, accountId).find(({ remoteId }) => remoteId === 'INBOX');
  return {
    here() {
      const box = inbox();
      return box === undefined ? 0 : countPlaces(db, box.id);
    },
    status: () => sync.status(accountId),
    cycle: () => sync.wake(accountId),
    stop,
  };
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 20 });
const statusCommands = () => server.log.filter((line) => line.startsWith('STATUS') || line.startsWith('LIST')).length;

describe('two machines at one account', () => {
  it('share three connections: the second machine asks now and then instead of listening', async () => {
    allowConnections(3);
    const first = await openMachine();
    await eventually(() => expect([first.here(), logins.accepted]).toEqual([3, 2]));
    const second = await openMachine();
    await eventually(() => expect([second.here(), logins.refused]).toEqual([3, 1]));
    await eventually(() => expect(second.status().state).toBe('idle'));

    // News reaches both, and nobody tries again for the connection that there is not.
    const inbox = server.mailboxes.get('INBOX');
    if (inbox === undefined) throw new Error('no INBOX');
    addMessage(inbox, scriptedMail('INBOX 4'));
    const before = statusCommands();
    first.cycle();
    await eventually(() => expect([first.here(), second.here()]).toEqual([4, 4]));
    await eventually(() => expect(statusCommands()).toBeGreaterThan(before + 10));
    expect(logins).toEqual({ accepted: 3, refused: 1 });
    expect(server.connections.open).toBe(3);
  });

  it('with two connections it is one machine at a time; the other waits, says why, and is next', async () => {
    allowConnections(2);
    const first = await openMachine();
    await eventually(() => expect([first.here(), logins.accepted]).toEqual([3, 2]));
    const second = await openMachine();
    await eventually(() => expect(logins.refused).toBeGreaterThanOrEqual(4));
    expect(second.status()).toMatchObject({
      state: 'trouble',
      message: expect.stringContaining('asks to wait') as string,
    });
    // Each try is one login, and takes nothing away from who is there.
    expect(logins.accepted).toBe(2);
    expect(first.status().state).toBe('idle');
    await first.stop();
    await eventually(() => expect([second.here(), logins.accepted]).toEqual([3, 4]));
    const { refused } = logins;
    await eventually(() => expect(second.status().state).toBe('idle'));
    expect(logins).toEqual({ accepted: 4, refused });
  });
});
