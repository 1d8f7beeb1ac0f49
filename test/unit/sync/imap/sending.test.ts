import { describe, expect, it } from 'vitest';
import { placesOf } from '../../../../src/db/imap-messages';
import { listChanges, setChangeState } from '../../../../src/db/pending-changes';
import { expandUidSet } from '../../../../src/sync/imap/uid-set';
import type { Script, ScriptedMailbox } from '../../../servers/scripted-imap';
import { addMessage, basicCapabilities } from '../../../servers/scripted-imap';
import {
  fillScripted,
  openScripted,
  reasonOf,
  scriptedMail,
  type ScriptedAccount,
} from '../../../support/scripted-account';
import { statementsOf } from '../../../support/statements-of';

const withMove = `${basicCapabilities} CONDSTORE QRESYNC`;
const withoutMove = withMove.replace(' MOVE', '');
const bare = withoutMove.replace(' UIDPLUS', '');

async function open(capabilities: string): Promise<ScriptedAccount & { readonly archive: ScriptedMailbox }> {
  let archive: ScriptedMailbox | undefined;
  const scripted = await openScripted(capabilities, 12, {
    prepare: (server) => (archive = fillScripted(server, 'Archive', 3)),
  });
  await scripted.account.syncAll();
  if (archive === undefined) throw new Error('no archive');
  return { ...scripted, archive };
}

function moveToArchive({ account }: ScriptedAccount, subject: string): void {
  const [inbox, archive] = [account.mailbox('INBOX'), account.mailbox('Archive')];
  account.act(account.email(subject), { type: 'mailboxes', add: [archive], remove: [inbox] });
}

const subjects = (box: ScriptedMailbox): string[] =>
  box.messages.map(({ raw }) => /Subject: (.*)\r\n/.exec(raw)?.[1] ?? '');

/** The server does it, and the connection is lost before the answer. */
const losesAnswerOf =
  (command: string, times = { left: 1 }): Script =>
  ({ name }, socket) => {
    if (name !== command || times.left-- <= 0) return undefined;
    socket.destroy();
    return '';
  };

describe.each([
  ['with COPYUID', withoutMove],
  ['without COPYUID', bare],
])('S22: a move by COPY, STORE and EXPUNGE, %s', (_name, capabilities) => {
  it.each(['UID COPY', 'UID STORE', 'UID EXPUNGE', 'EXPUNGE'])(
    'that loses the answer to %s doubles nothing and loses nothing, whoever is first afterwards',
    async (command) => {
      for (const isCycleFirst of [true, false]) {
        const scripted = await open(capabilities);
        const { server, account, inbox, archive } = scripted;
        const key = account.email('INBOX 5');
        moveToArchive(scripted, 'INBOX 5');
        server.script = losesAnswerOf(command);
        await reasonOf(account.drain());
        if (isCycleFirst) await account.cycle();
        expect(await account.drain()).toMatchObject({ failed: 0 });
        await account.syncAll();
        expect(await account.drain()).toMatchObject({ failed: 0, deferred: false });
        expect(subjects(archive).filter((subject) => subject === 'INBOX 5')).toHaveLength(1);
        expect(subjects(inbox)).not.toContain('INBOX 5');
        expect(account.email('INBOX 5')).toBe(key);
        expect(placesOf(account.db, key).map(({ mailboxId }) => mailboxId)).toEqual([account.mailbox('Archive')]);
        expect([scripted.here(), scripted.here('Archive')]).toEqual([11, 4]);
        expect(listChanges(account.db)).toEqual([]);
      }
    },
  );
});

it.each([
  ['with COPYUID', withoutMove],
  ['without COPYUID', bare],
])(
  'S27: what is copied and may not be deleted is copied once, though it is tried singly, %s',
  async (_name, capabilities) => {
    const scripted = await open(capabilities);
    const { server, account, inbox, archive } = scripted;
    const names = ['INBOX 4', 'INBOX 5', 'INBOX 6'];
    for (const name of names) moveToArchive(scripted, name);
    server.script = ({ name, args, tag }) =>
      name === 'UID STORE' && args.includes('Deleted') ? `${tag} NO [NOPERM] you may not delete there\r\n` : undefined;
    expect(await account.drain()).toMatchObject({ failed: 3 });
    expect(subjects(archive).slice(3)).toEqual(names);
    await account.syncAll();
    server.script = () => undefined;
    const ids = listChanges(account.db).map(({ id }) => id);
    setChangeState(account.db, ids, 'queued', { lastError: null, countAttempt: false });
    expect(await account.drain()).toMatchObject({ sent: 3, failed: 0 });
    expect(subjects(archive).slice(3)).toEqual(names);
    expect(subjects(inbox)).toHaveLength(9);
  },
);

describe('S27: of many that a server cannot change now', () => {
  const count = 300;
  async function flagAll(isInTheWay: (uids: readonly number[]) => boolean) {
    const { server, account, inbox } = await openScripted(withMove, count);
    await account.syncAll();
    server.script = ({ name, args, tag }) => {
      if (name !== 'UID STORE') return undefined;
      const answer = isInTheWay(expandUidSet(args.split(' ', 1)[0] ?? '') ?? []);
      return answer ? `${tag} NO [INUSE] the mailbox is locked\r\n` : undefined;
    };
    for (const { uid } of inbox.messages) {
      account.act(account.email(`INBOX ${uid}`), { type: 'keywords', add: ['$flagged'], remove: [] });
    }
    server.log.length = 0;
    const report = await account.drain();
    return { report, account, stores: server.log.filter((line) => line.startsWith('UID STORE')).length };
  }

  it('the one at fault is found by halves, and the others are changed', async () => {
    const { report, account, stores } = await flagAll((uids) => uids.includes(77));
    expect(report).toMatchObject({ sent: count - 1, failed: 0, deferred: true });
    expect(listChanges(account.db)).toMatchObject([{ emailId: account.email('INBOX 77'), state: 'queued' }]);
    expect(stores).toBeLessThan(25);
  });

  it('all are left for later, and it is not asked for each, if that is no fault of one', async () => {
    const { report, account, stores } = await flagAll(() => true);
    expect(report).toMatchObject({ sent: 0, failed: 0, deferred: true });
    expect(listChanges(account.db)).toHaveLength(count);
    expect(stores).toBeLessThan(15);
  });
});

it('a thousand that are far apart go in lines that every server takes (RFC 7162 §4)', async () => {
  const { server, account, inbox } = await openScripted(withMove, 0, {
    prepare: (scripted) => void fillScripted(scripted, 'Archive', 0),
  });
  for (let number = 1; number <= 1000; number++) {
    inbox.uidNext = 4_000_000_000 + number * 3;
    addMessage(inbox, scriptedMail(`INBOX ${number}`));
  }
  await account.syncAll();
  const id = Array.from({ length: 1000 }, (_, index) => account.email(`INBOX ${index + 1}`));
  const [from, to] = [account.mailbox('INBOX'), account.mailbox('Archive')];
  for (const one of id) {
    account.act(one, { type: 'keywords', add: ['$flagged'], remove: [] });
    account.act(one, { type: 'mailboxes', add: [to], remove: [from] });
  }
  server.log.length = 0;
  expect(await account.drain()).toMatchObject({ sent: 2000, failed: 0, deferred: false });
  await account.backend.check(() => undefined, new AbortController().signal);
  expect(inbox.messages).toEqual([]);
  expect(new Set(server.mailboxes.get('Archive')?.messages.map(({ raw }) => raw)).size).toBe(1000);
  expect(Math.max(...server.log.map((line) => line.length))).toBeLessThan(8000);
  expect(server.log.filter((line) => line.startsWith('UID MOVE'))).toHaveLength(2);
});

describe('S22: MOVE', () => {
  it('whose answer is lost is found where it went', async () => {
    const scripted = await open(withMove);
    const { server, account, archive } = scripted;
    const key = account.email('INBOX 5');
    moveToArchive(scripted, 'INBOX 5');
    server.script = losesAnswerOf('UID MOVE');
    expect(await reasonOf(account.drain())).toBe('offline');
    await account.drain();
    await account.syncAll();
    expect(subjects(archive)).toEqual(['Archive 1', 'Archive 2', 'Archive 3', 'INBOX 5']);
    expect(account.email('INBOX 5')).toBe(key);
    expect(placesOf(account.db, key)).toMatchObject([{ mailboxId: account.mailbox('Archive'), uid: 4 }]);
  });

  it('S27: of many that moves some and then says NO moves the rest, and doubles none', async () => {
    const scripted = await open(withMove);
    const { server, account, inbox, archive } = scripted;
    const names = ['INBOX 2', 'INBOX 3', 'INBOX 4'];
    const keys = names.map((name) => account.email(name));
    for (const name of names) moveToArchive(scripted, name);
    const before = [...inbox.messages];
    let isFirst = true;
    server.script = ({ name, tag }) => {
      if (name !== 'UID MOVE' || !isFirst) return undefined;
      isFirst = false;
      // All are moved: two of them go back to where they were.
      archive.messages.splice(4);
      inbox.messages.splice(1, 0, ...before.slice(2, 4));
      return `* OK [COPYUID 7 2 4] moved\r\n* 2 EXPUNGE\r\n${tag} NO [SERVERBUG] the rest failed\r\n`;
    };
    await account.drain();
    server.script = () => undefined;
    await account.syncAll();
    expect(await account.drain()).toMatchObject({ failed: 0 });
    await account.syncAll();
    expect(subjects(archive).sort()).toEqual(['Archive 1', 'Archive 2', 'Archive 3', ...names]);
    expect(names.map((name) => account.email(name))).toEqual(keys);
    expect(subjects(inbox)).not.toContain('INBOX 3');
    expect(listChanges(account.db)).toEqual([]);
  });
});

describe('keywords', () => {
  it('S29: one that PERMANENTFLAGS has no room for is refused in words, and flags still work', async () => {
    const scripted = await open(withMove);
    const { server, account, inbox } = scripted;
    server.script = (_command, _socket, usual) => usual.replaceAll(' \\*)] ok', ' known)] ok');
    await account.syncAll();
    inbox.highestModSeq += 1; // so that it is opened again
    await account.cycle();
    account.act(account.email('INBOX 1'), { type: 'keywords', add: ['project-x'], remove: [] });
    account.act(account.email('INBOX 2'), { type: 'keywords', add: ['known', '$flagged'], remove: [] });
    expect(await account.drain()).toMatchObject({ sent: 1, failed: 1 });
    expect(listChanges(account.db)[0]?.lastError).toContain('“project-x”');
    expect(inbox.messages[1]?.flags).toEqual(expect.arrayContaining(['\\Flagged', 'known']));
  });

  it('S27: of many are written down by three statements each: its copy, its base, and that nothing waits', async () => {
    const { account } = await open(withMove);
    const flag = (names: readonly string[]): Promise<number> => {
      for (const name of names) account.act(account.email(name), { type: 'keywords', add: ['$flagged'], remove: [] });
      return statementsOf(account.db.mail, () => account.drain());
    };
    const forOne = await flag(['INBOX 1']);
    const forEleven = await flag(Array.from({ length: 11 }, (_, index) => `INBOX ${index + 2}`));
    expect(forEleven - forOne).toBe(30);
    expect(listChanges(account.db)).toEqual([]);
  });

  it('S14: our own STORE raises MODSEQ, and is no news', async () => {
    const scripted = await open(withMove);
    const { account } = scripted;
    account.act(account.email('INBOX 1'), { type: 'keywords', add: ['$seen'], remove: [] });
    await account.drain();
    expect(await account.cycle()).toMatchObject({ added: 0, changed: 0, removed: 0 });
  });
});
