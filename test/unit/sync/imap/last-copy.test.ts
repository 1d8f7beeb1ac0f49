import { describe, expect, it } from 'vitest';
import { placesOf } from '../../../../src/db/imap-messages';
import { listChanges } from '../../../../src/db/pending-changes';
import { addMessage } from '../../../servers/scripted-imap';
import {
  act,
  copies,
  isMarked,
  loseAnswerToCopy,
  mark,
  openCopies,
  settle,
  shownIn,
  withIds,
  withMove,
  withoutMove,
  type OpenedCopies,
} from '../../../support/scripted-copies';

it('S40: an original stays when the copy that a cycle has met is gone again', async () => {
  const opened = await openCopies(withoutMove + withIds);
  const { account, server, inbox, archive } = opened;
  const id = account.email('INBOX 5');
  act(opened, id, ['Archive'], ['INBOX']);
  await loseAnswerToCopy(opened);
  // Turns between which the cycle has its own.
  for (const number of [1, 2, 3, 4])
    account.act(account.email(`INBOX ${number}`), { type: 'keywords', add: [`label${number}`], remove: [] });
  const cycles: Promise<unknown>[] = [];
  let isOnce = true;
  server.script = ({ name }) => {
    if (name === 'UID STORE' && cycles.length === 0) cycles.push(account.cycle());
    // As soon as it is known here, another client takes it away.
    if (isOnce && placesOf(account.db, id).length > 1 && archive.messages.length > 0) {
      isOnce = false;
      archive.messages = [];
      archive.highestModSeq += 1;
    }
    return undefined;
  };
  await account.drain();
  await Promise.all(cycles);
  server.script = () => undefined;
  await settle(opened);
  const alive = [...copies(inbox, 'INBOX 5'), ...copies(archive, 'INBOX 5')].filter((flags) => !isMarked(flags));
  expect(alive).toHaveLength(1);
});

describe('a copy that is to go, while the message is thought to stand in another mailbox', () => {
  async function openInTwo(): Promise<OpenedCopies> {
    const opened = await openCopies(withMove + withIds);
    const message = opened.inbox.messages[4];
    if (message === undefined) throw new Error('no message');
    addMessage(opened.archive, message.raw, { ...message });
    await opened.account.syncAll();
    return opened;
  }

  it('goes', async () => {
    const opened = await openInTwo();
    act(opened, opened.account.email('INBOX 5'), [], ['INBOX']);
    await settle(opened);
    expect(copies(opened.inbox, 'INBOX 5')).toEqual([]);
    expect(copies(opened.archive, 'INBOX 5')).toEqual(['']);
  });

  it.each(['has expunged', 'has marked'])(
    'S40: is asked for there, and stays where another client %s that',
    async (how) => {
      const opened = await openInTwo();
      const { account, inbox, archive } = opened;
      const id = account.email('INBOX 5');
      act(opened, id, [], ['INBOX']);
      if (how === 'has marked') mark(archive, 1);
      else {
        archive.messages = [];
        archive.highestModSeq += 1;
      }
      expect(await account.drain()).toMatchObject({ sent: 0, failed: 0, deferred: true });
      expect(copies(inbox, 'INBOX 5')).toEqual(['']);
      await account.syncAll();
      // S30: it would be nowhere, and the person is told.
      expect(await account.drain()).toMatchObject({ sent: 0, failed: 1 });
      expect(copies(inbox, 'INBOX 5')).toEqual(['']);
      expect(listChanges(account.db)).toMatchObject([{ state: 'failed', emailId: id }]);
      expect(shownIn(opened, id)).toEqual(['INBOX']);
    },
  );

  it('waits while that mailbox cannot be opened', async () => {
    const opened = await openInTwo();
    const { account, server, inbox } = opened;
    server.script = ({ name, args, tag }) =>
      name === 'SELECT' && args.includes('Archive') ? `${tag} NO [INUSE] locked\r\n` : undefined;
    act(opened, account.email('INBOX 5'), [], ['INBOX']);
    expect(await account.drain()).toMatchObject({ sent: 0, failed: 0, deferred: true });
    expect(copies(inbox, 'INBOX 5')).toEqual(['']);
    server.script = () => undefined;
    await settle(opened);
    expect(copies(inbox, 'INBOX 5')).toEqual([]);
  });
});
