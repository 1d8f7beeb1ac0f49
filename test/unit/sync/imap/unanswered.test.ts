import { expect, it } from 'vitest';
import { discardedMoves } from '../../../../src/db/imap-discarded';
import { listChanges } from '../../../../src/db/pending-changes';
import { outboxHandlers } from '../../../../src/engine/handlers/outbox';
import type { AccountId } from '../../../../src/model/ids';
import { changeWords } from '../../../../src/sync/change-words';
import type { SyncManager } from '../../../../src/sync/sync-manager';
import { addMessage } from '../../../servers/scripted-imap';
import { breakOffAt, drainBesideCycle, reasonOf } from '../../../support/scripted-account';
import {
  act,
  copies,
  openCopies,
  settle,
  shownIn,
  withIds,
  withMove,
  type OpenedCopies,
} from '../../../support/scripted-copies';

/** The MOVE is made, and its answer is lost with the connection. */
async function loseAnswerToMove({ account, server }: OpenedCopies): Promise<void> {
  server.script = ({ name }, socket) => {
    if (name !== 'UID MOVE') return undefined;
    socket.destroy();
    return '';
  };
  expect(await reasonOf(account.drain())).toBe('offline');
}

it.each([
  ['ids', `${withMove}${withIds}`],
  ['no ids', withMove],
])('S3, S22: what an unanswered move may have put there is the same message, with %s', async (_name, capabilities) => {
  const opened = await openCopies(capabilities);
  const { account, inbox, archive, other } = opened;
  const id = account.email('INBOX 5');
  act(opened, id, ['Other'], ['INBOX']);
  await settle(opened);
  act(opened, id, ['Archive'], ['Other']);
  await loseAnswerToMove(opened);
  expect(copies(archive, 'INBOX 5')).toHaveLength(1);

  // A cycle meets it there, and breaks off before it could hear that it left.
  await breakOffAt(opened, 'Other');
  expect(account.email('INBOX 5')).toBe(id);
  expect(shownIn(opened, id)).toEqual(['Archive']);

  act(opened, id, ['INBOX'], ['Archive']);
  await settle(opened);
  expect([inbox, archive, other].map((box) => copies(box, 'INBOX 5').length)).toEqual([1, 0, 0]);
  expect(shownIn(opened, account.email('INBOX 5'))).toEqual(['INBOX']);
});

it('S22, S27: a move that finds the message in its destination by now makes no second one there', async () => {
  const opened = await openCopies(withMove);
  const { account, server, inbox, archive, other } = opened;
  const others = ['INBOX 8', 'INBOX 9', 'INBOX 10'];
  for (const subject of others) act(opened, account.email(subject), ['Other'], ['INBOX']);
  await settle(opened);
  const id = account.email('INBOX 5');
  act(opened, id, ['Archive'], ['INBOX']);
  const [before] = inbox.messages.filter(({ raw }) => raw.includes('Subject: INBOX 5'));
  if (before === undefined) throw new Error('no message');
  server.script = ({ name }, socket) => {
    if (name !== 'UID MOVE') return undefined;
    // The server has not heard of it.
    archive.messages = [];
    inbox.messages.push(before);
    socket.destroy();
    return '';
  };
  expect(await reasonOf(account.drain())).toBe('offline');
  await account.cycle();

  // Somebody else has copied it there; a cycle sees that after the move was planned and before it is its turn.
  addMessage(archive, before.raw);
  for (const [at, subject] of others.entries())
    account.act(account.email(subject), { type: 'keywords', add: [`label${at}`], remove: [] });
  await drainBesideCycle(opened);
  await settle(opened);
  expect([inbox, archive, other].map((box) => copies(box, 'INBOX 5').length)).toEqual([0, 1, 0]);
  expect(opened.here('Archive')).toBe(1);
});

it.each([
  ['at once', false],
  ['after a cycle that could not read it', true],
])(
  'S3, S28: what a discarded move has put there without an answer is the same message, %s',
  async (_when, isLocked) => {
    const opened = await openCopies(withMove);
    const { account, server, archive, other } = opened;
    const { db, accountId } = account;
    const id = account.email('INBOX 5');
    act(opened, id, ['Other'], ['INBOX']);
    await settle(opened);
    account.act(id, { type: 'keywords', add: ['$junk'], remove: [] });
    act(opened, id, ['Archive'], ['Other']);
    await loseAnswerToMove(opened);
    const move = listChanges(db).find(({ intent }) => intent.type === 'mailboxes');
    if (move === undefined) throw new Error('no move waits');
    const woken: AccountId[] = [];
    const sync = { wake: (account: AccountId) => woken.push(account) } as unknown as SyncManager;
    outboxHandlers({ db, sync, cacheDir: '' })['outbox/discard']({ changeIds: [move.id] });
    expect(woken).toEqual([accountId]);
    if (isLocked) {
      server.script = ({ tag, name, args }) =>
        name === 'SELECT' && !args.startsWith('"INBOX"') ? `${tag} NO [INUSE] Locked.\r\n` : undefined;
      await account.cycle();
    }

    // A cycle meets it there, and breaks off before it could hear that it left.
    await breakOffAt(opened, 'Other');
    expect(account.email('INBOX 5')).toBe(id);
    expect(shownIn(opened, id)).toEqual(['Archive', 'Other']);

    account.act(id, { type: 'keywords', add: [], remove: ['$junk'] });
    await settle(opened);
    expect(copies(other, 'INBOX 5')).toEqual([]);
    expect(copies(archive, 'INBOX 5')).toEqual(['']);
    expect(shownIn(opened, account.email('INBOX 5'))).toEqual(['Archive']);
  },
);

it('S3: a discarded move that was not done leaves the message where it is', async () => {
  const opened = await openCopies(withMove);
  const { account, server, inbox, archive } = opened;
  const { db, accountId } = account;
  const id = account.email('INBOX 5');
  act(opened, id, ['Archive'], ['INBOX']);
  const before = inbox.messages;
  server.script = ({ name }, socket) => {
    if (name !== 'UID MOVE') return undefined;
    // The server has not heard of it.
    archive.messages = [];
    inbox.messages = before;
    socket.destroy();
    return '';
  };
  expect(await reasonOf(account.drain())).toBe('offline');
  const sync = { wake: () => undefined } as unknown as SyncManager;
  outboxHandlers({ db, sync, cacheDir: '' })['outbox/discard']({
    changeIds: listChanges(db).map((change) => change.id),
  });
  expect(discardedMoves(db, accountId)).not.toBeNull();
  await account.cycle();
  expect(discardedMoves(db, accountId)).toBeNull();
  expect(account.email('INBOX 5')).toBe(id);
  expect(shownIn(opened, id)).toEqual(['INBOX']);
  expect([inbox, archive].map((box) => copies(box, 'INBOX 5').length)).toEqual([1, 0]);
});

it('S30: what waits for a message that is gone ends, although its mailbox seems to be as it was', async () => {
  const opened = await openCopies(withMove);
  const { account, inbox } = opened;
  const { db } = account;
  // One is gone that is here, and one is there that is not: the counts are the same, and nothing tells of either.
  inbox.messages = inbox.messages.filter(({ raw }) => !raw.includes('Subject: INBOX 5\r'));
  const uid = inbox.messages.at(-1)?.uid ?? 0;
  db.mail.run('DELETE FROM imap_messages WHERE mailbox_id = ? AND uid = ?', [account.mailbox('INBOX'), uid]);
  account.act(account.email('INBOX 5'), { type: 'keywords', add: ['$flagged'], remove: [] });
  await account.cycle();
  expect(await account.drain()).toMatchObject({ sent: 0, deferred: true });
  await settle(opened);
  expect(listChanges(db)).toEqual([]);
  expect(() => account.email('INBOX 5')).toThrow();
  expect(opened.here()).toBe(inbox.messages.length);
});

it('S30: nor does what waits for a copy that is gone from another mailbox, which seems to be as it was', async () => {
  const opened = await openCopies(`${withMove}${withIds}`);
  const { account, inbox, archive } = opened;
  const { db } = account;
  const id = account.email('INBOX 5');
  act(opened, id, ['Archive'], []);
  act(opened, account.email('INBOX 6'), ['Archive'], []);
  await settle(opened);
  // In Archive one copy is gone that is here, and one is there that is not.
  const gone = archive.messages.findIndex(({ raw }) => raw.includes('Subject: INBOX 5\r'));
  const [{ uid: other } = { uid: 0 }] = archive.messages.filter((_message, index) => index !== gone);
  archive.messages.splice(gone, 1);
  db.mail.run('DELETE FROM imap_messages WHERE mailbox_id = ? AND uid = ?', [account.mailbox('Archive'), other]);
  act(opened, id, [], ['INBOX']);
  for (let round = 0; round < 3; round++) {
    await account.drain();
    await account.syncAll();
  }
  expect(listChanges(db)).toMatchObject([{ state: 'failed', lastError: changeWords.nowhere }]);
  expect(copies(inbox, 'INBOX 5')).toEqual(['']);
  expect(shownIn(opened, id)).toEqual(['INBOX']);
  expect(opened.here('Archive')).toBe(1);
});
