import { expect, it } from 'vitest';
import { addMessage } from '../../../servers/scripted-imap';
import { breakOffAt, drainBesideCycle, reasonOf } from '../../../support/scripted-account';
import { act, copies, openCopies, settle, shownIn, withIds, withMove } from '../../../support/scripted-copies';

it.each([
  ['ids', `${withMove}${withIds}`],
  ['no ids', withMove],
])('S3, S22: what an unanswered move may have put there is the same message, with %s', async (_name, capabilities) => {
  const opened = await openCopies(capabilities);
  const { account, server, inbox, archive, other } = opened;
  const id = account.email('INBOX 5');
  act(opened, id, ['Other'], ['INBOX']);
  await settle(opened);
  act(opened, id, ['Archive'], ['Other']);
  server.script = ({ name }, socket) => {
    if (name !== 'UID MOVE') return undefined;
    socket.destroy();
    return '';
  };
  expect(await reasonOf(account.drain())).toBe('offline');
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
