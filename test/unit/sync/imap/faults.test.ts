import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countPlaces } from '../../../../src/db/imap-messages';
import { SyncError } from '../../../../src/sync/sync-error';
import {
  addMessage,
  basicCapabilities,
  startScriptedImap,
  type ScriptedImap,
  type ScriptedMailbox,
} from '../../../servers/scripted-imap';
import { never, openImapAccount, type ImapAccount } from '../../../support/imap-account';

const qresync = `${basicCapabilities} CONDSTORE QRESYNC`;
let server: ScriptedImap;
let account: ImapAccount;

function fill(path: string, count: number): ScriptedMailbox {
  const messages = Array.from({ length: count }, (_, index) => ({
    uid: index + 1,
    flags: [] as string[],
    modSeq: 10,
    raw: `Message-ID: <${path}-${index + 1}@scripted>\r\nSubject: ${path} ${index + 1}\r\n\r\nText of ${index + 1}\r\n`,
  }));
  const box: ScriptedMailbox = { uidValidity: 7, uidNext: count + 1, highestModSeq: 10, messages };
  server.mailboxes.set(path, box);
  return box;
}

async function start(capabilities: string, count: number): Promise<ScriptedMailbox> {
  server = await startScriptedImap(capabilities);
  const box = fill('INBOX', count);
  account = await openImapAccount({
    port: server.port,
    user: 'alice',
    password: 'secret',
    tuning: { timing: { connect: 2000, silence: 400 } },
  });
  await account.syncAll();
  return box;
}

const here = (path = 'INBOX'): number => countPlaces(account.db, account.mailbox(path));
const reason = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof SyncError ? error.reason : String(error)),
  );

afterEach(async () => {
  account.close();
  await server.stop();
});

describe('a server that does not let one in', () => {
  it.each([
    ['UNAVAILABLE', 'unavailable'],
    ['LIMIT', 'rate-limited'],
    ['AUTHENTICATIONFAILED', 'auth'],
  ])('S29: with [%s] says something else than that the password is wrong', async (code, wanted) => {
    await start(qresync, 1);
    server.script = ({ name, tag }) =>
      name === 'LOGIN' || name === 'AUTHENTICATE' ? `${tag} NO [${code}] Not now.\r\n` : undefined;
    expect(await reason(account.restart())).toBe(wanted);
  });
});

describe('a server that says what is not so', () => {
  let box: ScriptedMailbox;
  beforeEach(async () => {
    box = await start(qresync, 120);
  });

  it('S23: is never asked for a body in a way that marks it as read', () => {
    const fetches = server.log.filter((line) => line.includes('FETCH'));
    expect(fetches.length).toBeGreaterThan(2);
    expect(fetches.filter((line) => /BODY\[|RFC822(?!\.SIZE)/.test(line))).toEqual([]);
  });

  /** SELECT with QRESYNC also tells of these as vanished. */
  const vanishing = (...lines: string[]): void => {
    server.script = ({ name, args, tag }, _socket, usual) =>
      name === 'SELECT' && args.includes('QRESYNC')
        ? usual.replace(`${tag} OK`, `${lines.map((line) => `* VANISHED (EARLIER) ${line}\r\n`).join('')}${tag} OK`)
        : undefined;
  };

  it('S19: does not take away a whole mailbox by a wrong VANISHED', async () => {
    box.highestModSeq = 11;
    vanishing('1:120');
    expect(await account.cycle()).toMatchObject({ removed: 0 });
    expect(here()).toBe(120);
    expect(account.warnings.join()).toContain('not believed');
  });

  it('S19: deletes nothing while the list of what is there is shorter than the count, and asks again', async () => {
    box.highestModSeq = 11;
    vanishing('11:120');
    const wrong = server.script;
    server.script = (command, socket, usual) =>
      command.name === 'UID SEARCH'
        ? `* SEARCH 1 2 3 4 5 6 7 8 9 10\r\n${command.tag} OK done\r\n`
        : wrong(command, socket, usual);
    await account.cycle();
    expect(here()).toBe(120);
    box.messages = box.messages.slice(0, 10);
    await account.cycle();
    expect(here()).toBe(10);
    expect(server.log.filter((line) => line.startsWith('SELECT') && line.includes('QRESYNC (7 10)'))).toHaveLength(2);
  });

  it('S18: takes several VANISHED of one answer, and needs to ask for nothing else', async () => {
    box.messages = box.messages.filter(({ uid }) => uid > 20 || uid % 2 === 1);
    box.highestModSeq = 12;
    vanishing('2,4,6', '8:8,10', '12,14,16,18,20,500:900');
    server.log.length = 0;
    expect(await account.cycle()).toMatchObject({ removed: 10 });
    expect(here()).toBe(110);
    expect(server.log.filter((line) => line.startsWith('UID SEARCH'))).toEqual([]);
  });

  it('S17: takes the last message for no new one when `n:*` is past the end', async () => {
    box.uidNext = 130; // numbers were given and taken again: nothing is new
    box.highestModSeq = 13;
    expect(await account.cycle()).toMatchObject({ added: 0 });
    expect(server.log.some((line) => line.startsWith('UID FETCH 121:*'))).toBe(true);
    expect(here()).toBe(120);
  });

  it('S16: finds new mail whose arrival did not raise HIGHESTMODSEQ', async () => {
    const raw = 'Message-ID: <late@scripted>\r\nSubject: late\r\n\r\nText\r\n';
    box.messages.push({ uid: 121, flags: [], modSeq: 10, raw });
    box.uidNext = 122;
    expect(await account.cycle()).toMatchObject({ added: 1 });
    expect(account.email('late')).toBeGreaterThan(0);
  });
});

describe('a connection that fails', () => {
  let box: ScriptedMailbox;
  beforeEach(async () => {
    box = await start(qresync, 60);
    const raw = 'Message-ID: <next@scripted>\r\nSubject: next\r\n\r\nText\r\n';
    box.messages.push({ uid: 61, flags: [], modSeq: 11, raw });
    box.uidNext = 62;
    box.highestModSeq = 11;
  });
  const converges = async (): Promise<void> => {
    server.script = () => undefined;
    await account.cycle();
    expect(here()).toBe(61);
    expect(account.email('next')).toBeGreaterThan(0);
  };

  it('S4: says BYE in the middle of an answer, and nothing is half done', async () => {
    server.script = ({ name }, socket) => {
      if (name !== 'UID FETCH') return undefined;
      socket.end('* 61 FETCH (UID 61 FLAGS ()\r\n* BYE see you\r\n');
      return '';
    };
    expect(['offline', 'protocol']).toContain(await reason(account.cycle()));
    await converges();
  });

  it('is cut in the middle of a literal', async () => {
    server.script = ({ name }, socket) => {
      if (name !== 'UID FETCH') return undefined;
      socket.end('* 61 FETCH (UID 61 FLAGS () BODY[HEADER.FIELDS (SUBJECT)] {500}\r\nSubject: ne');
      return '';
    };
    expect(await reason(account.cycle())).toBe('offline');
    await converges();
  });

  it('falls silent because a literal is shorter than it says', async () => {
    server.script = ({ name, tag }) =>
      name === 'UID FETCH'
        ? `* 61 FETCH (UID 61 FLAGS () BODY[HEADER.FIELDS (SUBJECT)] {5000}\r\nSubject: next\r\n\r\n)\r\n${tag} OK done\r\n`
        : undefined;
    expect(await reason(account.cycle())).toBe('timeout');
    await converges();
  });

  /** The new message, with a literal that is announced with this many octets: so many times, or always. */
  const lying = (announced: number, times = Infinity): void => {
    let lies = 0;
    server.script = ({ name, args, tag }) =>
      name === 'UID FETCH' && args.includes('HEADER') && lies++ < times
        ? `* 61 FETCH (UID 61 FLAGS () BODY[HEADER.FIELDS (SUBJECT)] {${announced}}\r\nSubject: next\r\n\r\n)\r\n${tag} OK done\r\n`
        : undefined;
  };

  it('S16: sends more octets of a literal than it said, and is asked for the message again', async () => {
    lying(5, 1);
    expect(await account.cycle()).toMatchObject({ added: 1 });
    expect(account.email('next')).toBeGreaterThan(0);
  });

  it('S16: sends more octets of a literal whenever it is asked: nothing wrong is taken, and it is not forgotten', async () => {
    lying(5);
    expect(await account.cycle()).toMatchObject({ added: 0, removed: 0 });
    expect(here()).toBe(60);
    expect(account.warnings.join()).toContain('does not hand out');
    server.script = () => undefined;
    addMessage(box, 'Message-ID: <after@scripted>\r\nSubject: after\r\n\r\nText\r\n');
    await account.cycle();
    expect(here()).toBe(62);
    expect(account.email('next')).toBeGreaterThan(0);
  });

  it.each([4_294_967_295, 99_999_999_999_999])('S4: announces a literal of %i octets', async (announced) => {
    lying(announced);
    expect(await reason(account.cycle())).toBe('protocol');
    expect(here()).toBe(60);
    await converges();
  });

  it('drips octet by octet, which is not silence', async () => {
    server.script = async ({ name }, socket, usual) => {
      if (name !== 'UID FETCH') return undefined;
      for (const octet of usual.slice(0, 60)) {
        socket.write(octet);
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      return usual.slice(60);
    };
    expect(await account.cycle()).toMatchObject({ added: 1 });
    expect(account.email('next')).toBeGreaterThan(0);
  });

  it('drips slowly, which is not silence', async () => {
    server.script = async ({ name, tag }, socket) => {
      if (name !== 'LIST') return undefined;
      for (let drop = 0; drop < 8; drop++) {
        socket.write(`* OK still working ${drop}\r\n`);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      return `* LIST () "/" INBOX\r\n* STATUS INBOX (MESSAGES 61 UIDNEXT 62 UIDVALIDITY 7 UNSEEN 61 HIGHESTMODSEQ 11)\r\n${tag} OK done\r\n`;
    };
    expect(await account.cycle()).toMatchObject({ added: 1 });
  });

  it('never answers', async () => {
    server.script = ({ name }) => (name === 'LIST' ? '' : undefined);
    expect(await reason(account.cycle())).toBe('timeout');
    await converges();
  });

  it('S25: is one of at most two, whatever goes on', async () => {
    const stop = new AbortController();
    const listening = account.backend.listen({ onConnected: () => undefined, onChange: () => undefined }, stop.signal);
    listening.catch(() => undefined);
    await account.cycle();
    const id = account.email('INBOX 3');
    const email = { id, accountId: account.accountId, remoteId: null, blobId: null, mailboxIds: new Set<never>() };
    expect((await account.backend.fetchBody(email, never)).text).toContain('Text of 3');
    account.act(id, { type: 'keywords', add: ['$seen'], remove: [] });
    await Promise.all([account.drain(), account.cycle()]);
    stop.abort();
    expect(server.connections.most).toBe(2);
  });

  it('S25: does without listening where the server allows no second connection', async () => {
    server.script = ({ name, connection, tag }) =>
      name === 'LOGIN' && connection > 1 ? `${tag} NO [LIMIT] Too many connections\r\n` : undefined;
    const events = { onConnected: () => undefined, onChange: () => undefined };
    expect(await account.backend.listen(events, never)).toBe('unsupported');
  });

  it('S25: is told of when it dies while listening', async () => {
    server.script = ({ name }, socket) => {
      if (name !== 'IDLE') return undefined;
      setTimeout(() => socket.end('* BYE idle too long\r\n'), 20);
      return '+ idling\r\n';
    };
    const events = { onConnected: () => undefined, onChange: () => undefined };
    expect(await reason(account.backend.listen(events, never))).toBe('offline');
  });
});

describe('a server without UIDPLUS', () => {
  const bare = basicCapabilities.replace(' UIDPLUS', '').replace(' MOVE', '');

  it('is never told to expunge what others have marked', async () => {
    const box = await start(bare, 12);
    const other = box.messages[4];
    if (other === undefined) throw new Error('no message');
    other.flags.push('\\Deleted');
    account.act(account.email('INBOX 2'), { type: 'destroy' });
    await account.drain();
    expect(server.log.filter((line) => line.includes('EXPUNGE'))).toEqual([]);
    expect(box.messages.find(({ uid }) => uid === 2)?.flags).toContain('\\Deleted');
    expect(account.warnings.join()).toContain('stay marked');
  });

  it('is told to expunge when nothing else is marked', async () => {
    const box = await start(bare, 12);
    account.act(account.email('INBOX 2'), { type: 'destroy' });
    expect(await account.drain()).toMatchObject({ failed: 0 });
    expect(box.messages.map(({ uid }) => uid)).not.toContain(2);
  });
});
