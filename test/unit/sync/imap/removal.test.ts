import { describe, expect, it } from 'vitest';
import { countEmails } from '../../../../src/db/emails';
import { getCheckpoint } from '../../../../src/sync/imap/checkpoint';
import { basicCapabilities, type Script } from '../../../servers/scripted-imap';
import { fillScripted, openScripted, reasonOf, type ScriptedAccount } from '../../../support/scripted-account';

const count = 1200;
const qresync = `${basicCapabilities} CONDSTORE QRESYNC`;

/** An account whose Archive is large; what a SELECT tells of it then is that all of it is gone. */
async function openLarge(): Promise<ScriptedAccount> {
  const scripted = await openScripted(qresync, 1, { prepare: (server) => void fillScripted(server, 'Archive', count) });
  await scripted.account.syncAll();
  return scripted;
}

const vanished: Script = ({ name, args }, _socket, usual) =>
  name === 'SELECT' && args.includes('Archive')
    ? usual.replace(/(\* \d+ EXISTS)/, `* VANISHED (EARLIER) 1:${count}\r\n$1`)
    : undefined;

function empty({ server }: ScriptedAccount): void {
  const archive = server.mailboxes.get('Archive');
  if (archive === undefined) throw new Error('no Archive');
  archive.messages = [];
  archive.highestModSeq += 1;
  server.script = vanished;
}

/** What each commit took away, copies and messages, and in which turn of the event loop it came. */
function watch({ account }: ScriptedAccount): { readonly commits: { turn: number; taken: number }[]; stop(): void } {
  const { db, accountId } = account;
  const all = (): number =>
    countEmails(db, accountId) +
    (db.mail.get('SELECT count(*) FROM imap_messages', [], (row) => row[0] as number) ?? 0);
  const commits: { turn: number; taken: number }[] = [];
  let [turn, before, isOver] = [0, all(), false];
  const next = (): void => {
    turn += 1;
    if (!isOver) setImmediate(next);
  };
  next();
  const listener = db.mail.onCommit(() => {
    const now = all();
    if (now < before) commits.push({ turn, taken: before - now });
    before = now;
  });
  return {
    commits,
    stop: () => {
      isOver = true;
      listener.dispose();
    },
  };
}

describe('much mail that was removed elsewhere', () => {
  it.each([
    ['from a mailbox', empty],
    ['with its mailbox', ({ server }: ScriptedAccount) => void server.mailboxes.delete('Archive')],
  ])('%s goes page by page, and the engine answers in between', async (_, remove) => {
    const scripted = await openLarge();
    remove(scripted);
    const watched = watch(scripted);
    expect(await scripted.account.cycle()).toMatchObject({ removed: count });
    const { commits } = watched;
    watched.stop();
    expect(countEmails(scripted.account.db, scripted.account.accountId)).toBe(1);
    expect(Math.max(...commits.map(({ taken }) => taken))).toBe(500);
    expect(commits.reduce((sum, { taken }) => sum + taken, 0)).toBe(2 * count);
    expect(new Set(commits.map(({ turn }) => turn)).size).toBe(commits.length);
  });

  it('S4: interrupted after a page, it is asked for again', async () => {
    const scripted = await openLarge();
    const { account } = scripted;
    const here = (): number => scripted.here('Archive');
    empty(scripted);
    const archive = account.mailbox('Archive');
    const before = getCheckpoint(account.db, account.accountId, archive);
    const stop = new AbortController();
    const listener = account.db.mail.onCommit(() => {
      if (here() < count) stop.abort();
    });
    expect(await reasonOf(account.backend.syncChanges(stop.signal))).toContain('Abort');
    listener.dispose();
    expect(here()).toBe(count - 500);
    expect(getCheckpoint(account.db, account.accountId, archive)).toEqual(before);
    await account.cycle();
    expect(here()).toBe(0);
    expect(countEmails(account.db, account.accountId)).toBe(1);
  });
});
