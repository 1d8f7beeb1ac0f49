import { expect, it } from 'vitest';
import { reasonOf } from '../../../support/scripted-account';
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
  server.script = ({ name, args }, socket) => {
    if (name !== 'SELECT' || !args.includes('Other')) return undefined;
    socket.destroy();
    return '';
  };
  expect(await reasonOf(account.cycle())).toBe('offline');
  server.script = () => undefined;
  expect(account.email('INBOX 5')).toBe(id);
  expect(shownIn(opened, id)).toEqual(['Archive']);

  act(opened, id, ['INBOX'], ['Archive']);
  await settle(opened);
  expect([inbox, archive, other].map((box) => copies(box, 'INBOX 5').length)).toEqual([1, 0, 0]);
  expect(shownIn(opened, account.email('INBOX 5'))).toEqual(['INBOX']);
});
