import { describe, expect, it, onTestFinished } from 'vitest';
import { AccountLoop } from '../../../../src/sync/account-loop';
import { createImapBackend } from '../../../../src/sync/imap/backend';
import { addMessage, basicCapabilities } from '../../../servers/scripted-imap';
import { openScripted, scriptedMail, type ScriptedAccount } from '../../../support/scripted-account';

/** Far more than a test waits: what works again within it was not brought back by a time-out or a back-off. */
const forever = 600_000;

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 800) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The account's loop over its own connections, in place of the one that the test account has. */
async function startLoop({ server, account }: ScriptedAccount, proof = 300): Promise<AccountLoop> {
  account.backend.dispose();
  await until('no connection', () => server.connections.open === 0);
  server.connections.most = 0;
  const { db, accountId } = account;
  const loop = new AccountLoop({
    accountId,
    db,
    createBackend: () =>
      createImapBackend(
        { account: account.account, secret: 'secret', db, warn: () => undefined },
        { timing: { connect: 5_000, silence: forever, proof }, live: { noop: 20 } },
      ),
    onStatus: () => undefined,
    log: () => undefined,
    timing: { poll: forever, pollWithPush: forever, backoff: { first: forever, longest: forever } },
  });
  onTestFinished(() => loop.stop());
  return loop;
}

const isHere = ({ account }: ScriptedAccount, subject: string): boolean =>
  account.db.mail.get('SELECT 1 FROM emails WHERE subject = ?', [subject], () => true) === true;

describe('S26: the machine slept, or its network changed', () => {
  it.each([
    ['by IDLE', basicCapabilities],
    ['by NOOP', basicCapabilities.replace(' IDLE', '')],
  ])(
    'S26: connections that died meanwhile are replaced at once, and it listens again %s',
    async (_name, capabilities) => {
      const scripted = await openScripted(`${capabilities} CONDSTORE QRESYNC`, 12);
      const { server, inbox } = scripted;
      const listens = (from: number): boolean =>
        server.log.slice(from).some((line) => line === 'IDLE' || (line === 'NOOP' && !capabilities.includes('IDLE')));
      const loop = await startLoop(scripted);
      await until('listening', () => loop.status.state === 'idle' && server.connections.open === 2 && listens(0));

      for (let number = 1; number <= server.connections.count; number++) server.dead.add(number);
      const before = server.log.length;
      addMessage(inbox, scriptedMail('while asleep'));
      loop.wokeUp();
      await until('what came meanwhile', () => isHere(scripted, 'while asleep'));
      await until('listening again', () => loop.status.state === 'idle' && listens(before));
      await until('two connections', () => server.connections.open === 2);
      expect(server.connections.most).toBe(2);

      addMessage(inbox, scriptedMail('afterwards'));
      loop.wokeUp(); // both live: nothing is replaced
      await until('what came afterwards', () => isHere(scripted, 'afterwards'));
      // The test account's own, two, and the two that replaced them.
      expect(server.connections.count).toBe(5);
    },
  );

  it('S26: an answer to something asked before the sleep proves nothing', async () => {
    const scripted = await openScripted(basicCapabilities.replace(' IDLE', ''), 12);
    const { server } = scripted;
    let release: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => (release = resolve));
    let isHeld = false;
    server.script = async ({ name, connection }) => {
      if (name !== 'NOOP' || isHeld) return undefined;
      isHeld = true;
      server.dead.add(connection); // it hears nothing more; the answer to this one is on its way
      await asleep;
      return undefined;
    };
    // Long, so that what waits in this machine's buffers is read well before what comes later counts.
    const loop = await startLoop(scripted, 2_000);
    await until('a question under way', () => isHeld);
    const before = server.connections.count;
    loop.wokeUp();
    release();
    await until('another connection', () => server.connections.count > before && server.connections.open === 2);
  });
});
