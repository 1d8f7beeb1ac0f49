import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { addMessage, basicCapabilities, type Script } from '../../../servers/scripted-imap';
import {
  fillScripted,
  openScripted,
  reasonOf,
  scriptedMail,
  type ScriptedAccount,
} from '../../../support/scripted-account';

/** Listens until it has heard, by the second NOOP, of a message; the commands of the listening connection meanwhile. */
async function hearsOf(
  { server, account, inbox }: ScriptedAccount,
  other: Script = () => undefined,
): Promise<string[]> {
  const commands: string[] = [];
  const listener = new AbortController();
  let noops = 0;
  server.script = (command, socket, usual) => {
    if (command.connection > 1) commands.push(command.name);
    if (command.name === 'NOOP' && ++noops === 2) {
      addMessage(inbox, scriptedMail('heard'));
      return `* ${inbox.messages.length} EXISTS\r\n${command.tag} OK done\r\n`;
    }
    return other(command, socket, usual);
  };
  await new Promise<void>((resolve, reject) => {
    account.backend.listen({ onConnected: () => undefined, onChange: resolve }, listener.signal).catch(reject);
  });
  listener.abort();
  return commands;
}

const tuning = { live: { noop: 30, others: 600_000 } };

describe('listening', () => {
  it('S25: asks by NOOP where there is no IDLE', async () => {
    const scripted = await openScripted(basicCapabilities.replace(' IDLE', ''), 12, { tuning });
    await scripted.account.syncAll();
    const commands = await hearsOf(scripted);
    expect(commands.filter((name) => name === 'NOOP').length).toBeGreaterThan(1);
    expect(commands).not.toContain('IDLE');
    expect(await scripted.account.cycle()).toMatchObject({ added: 1 });
    expect(scripted.server.connections.most).toBe(2);
  });

  it('S25: asks by NOOP where IDLE is announced and refused', async () => {
    const scripted = await openScripted(basicCapabilities, 12, { tuning });
    await scripted.account.syncAll();
    const commands = await hearsOf(scripted, ({ name, tag }) =>
      name === 'IDLE' ? `${tag} BAD IDLE is switched off\r\n` : undefined,
    );
    expect(commands.filter((name) => name === 'IDLE')).toHaveLength(1);
    expect(commands.filter((name) => name === 'NOOP').length).toBeGreaterThan(1);
    expect(scripted.server.connections.count).toBe(2);
  });

  it('S25: asks by NOOP where the server ends each IDLE at once', async () => {
    const scripted = await openScripted(basicCapabilities, 12, { tuning });
    await scripted.account.syncAll();
    const commands = await hearsOf(scripted, ({ name, tag }) =>
      name === 'IDLE' ? `+ idling\r\n${tag} OK IDLE is over\r\n` : undefined,
    );
    expect(commands.filter((name) => name === 'IDLE')).toHaveLength(1);
    expect(commands.filter((name) => name === 'NOOP').length).toBeGreaterThan(1);
    expect(scripted.server.log).not.toContain('DONE');
    expect(scripted.server.connections.count).toBe(2);
  });

  it('S25: goes on by IDLE where the server ends it now and then, and leaves nothing behind each time', async () => {
    const { server, account } = await openScripted(basicCapabilities, 12, {
      prepare: (prepared) => void fillScripted(prepared, 'Archive', 3),
    });
    await account.syncAll();
    const listener = new AbortController();
    const left: number[] = [];
    const selected: string[] = [];
    let went: () => void = () => undefined;
    const wentElsewhere = new Promise<void>((resolve) => (went = resolve));
    server.script = ({ name, args, tag, connection }, socket) => {
      if (connection > 1 && name === 'SELECT') selected.push(args);
      if (selected.length > 1) went();
      if (name !== 'IDLE') return undefined;
      left.push(getEventListeners(listener.signal, 'abort').length);
      if (left.length < 3) setTimeout(() => socket.write(`${tag} OK IDLE is over\r\n`), 1_050);
      else setTimeout(() => account.backend.focus(account.mailbox('Archive')), 20);
      // The scripted server takes a DONE only for an IDLE that it knows to be open.
      if (left.length < 3) socket.write('+ idling\r\n');
      return left.length < 3 ? '' : undefined;
    };
    const events = { onConnected: () => undefined, onChange: () => undefined };
    const listening = reasonOf(account.backend.listen(events, listener.signal));
    await wentElsewhere;
    listener.abort();
    expect(await listening).toBe('cancelled');
    expect(left.slice(0, 3)).toEqual([left[0], left[0], left[0]]);
    expect(selected.map((args) => /"?([^" ]+)/.exec(args)?.[1])).toEqual(['INBOX', 'Archive']);
    expect(server.log.filter((line) => line === 'DONE' || line === 'NOOP')).toEqual([]);
    expect(server.connections.count).toBe(2);
  });

  it('S25: keeps to two connections while bodies are read, changes sent, mail filled in, and connections lost', async () => {
    const scripted = await openScripted(`${basicCapabilities} CONDSTORE QRESYNC`, 1200);
    const { server, account, inbox } = scripted;
    await account.cycle();
    let dropped = 0;
    server.script = ({ name }, socket) => {
      // Now and then a connection is lost in the middle of something.
      if (name === 'UID FETCH' && server.log.length % 5 === 0 && dropped < 4) {
        dropped += 1;
        socket.destroy();
        return '';
      }
      return undefined;
    };
    const listener = new AbortController();
    const events = { onConnected: () => undefined, onChange: () => undefined };
    const listening = account.backend.listen(events, listener.signal).catch(() => undefined);
    const signal = new AbortController().signal;
    const again = async (work: () => Promise<unknown>): Promise<void> => {
      for (let tries = 0; tries < 8; tries++) {
        const done = await work().then(
          () => true,
          () => false,
        );
        if (done) return;
      }
      throw new Error('never done');
    };
    const ids = inbox.messages.slice(-20).map((_message, index) => account.email(`INBOX ${1200 - index}`));
    for (const id of ids.slice(0, 5)) account.act(id, { type: 'keywords', add: ['$seen'], remove: [] });
    const ref = { accountId: account.accountId, remoteId: null, blobId: null, mailboxIds: new Set<never>() };
    await Promise.all([
      again(() => account.backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, signal)),
      again(() => account.cycle()),
      again(() => account.drain()),
      ...ids.slice(5).map((id) => again(() => account.backend.fetchBody({ id, ...ref }, signal))),
    ]);
    listener.abort();
    await listening;
    await account.syncAll();
    expect(dropped).toBe(4);
    expect(scripted.here()).toBe(1200);
    expect(server.connections.count).toBeGreaterThan(dropped);
    expect(server.connections.most).toBe(2);
  });
});
