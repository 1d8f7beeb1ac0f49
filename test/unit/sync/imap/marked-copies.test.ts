import { describe, expect, it } from 'vitest';
import { placesOf } from '../../../../src/db/imap-messages';
import type { EmailId } from '../../../../src/model/ids';
import { addMessage } from '../../../servers/scripted-imap';
import { reasonOf } from '../../../support/scripted-account';
import {
  act,
  bare,
  copies,
  isMarked,
  mark,
  openCopies,
  settle,
  shownIn,
  withIds,
  withMove,
  withoutMove,
  type OpenedCopies,
} from '../../../support/scripted-copies';

/** Another client has moved message 5 to Archive as it is done without MOVE, and has not expunged it. */
async function movedElsewhere(capabilities = withMove): Promise<OpenedCopies & { readonly id: EmailId }> {
  const opened = await openCopies(capabilities + withIds);
  const { account, inbox, archive } = opened;
  const message = inbox.messages[4];
  if (message === undefined) throw new Error('no message');
  addMessage(archive, message.raw, { ...message, flags: ['\\Flagged'] });
  mark(inbox, 5);
  await account.syncAll();
  const id = account.email('INBOX 5');
  expect(placesOf(account.db, id)).toHaveLength(2);
  expect(shownIn(opened, id)).toEqual(['Archive']);
  return { ...opened, id };
}

describe.each([
  ['with MOVE', withMove],
  ['without MOVE', withoutMove],
  ['without COPYUID', bare],
])('a copy that another client has marked is no place, %s', (_name, capabilities) => {
  it('a message that is moved back to where its marked copy is arrives there, and is not lost', async () => {
    const opened = await movedElsewhere(capabilities);
    const { account, inbox, archive, id } = opened;
    act(opened, id, ['INBOX'], ['Archive']);
    await settle(opened);
    expect(copies(inbox, 'INBOX 5').filter((flags) => !isMarked(flags))).toEqual(['\\Flagged']);
    expect(copies(archive, 'INBOX 5')).toEqual([]);
    expect(account.email('INBOX 5')).toBe(id);
    expect(shownIn(opened, id)).toEqual(['INBOX']);
    // Then the other client expunges what it has marked.
    inbox.messages = inbox.messages.filter(({ flags }) => !flags.includes('\\Deleted'));
    inbox.highestModSeq += 1;
    await account.syncAll();
    expect(shownIn(opened, id)).toEqual(['INBOX']);
  });

  it('is not what a copy for a third mailbox is made of', async () => {
    const opened = await movedElsewhere(capabilities);
    act(opened, opened.id, ['Other'], []);
    await settle(opened);
    expect(copies(opened.other, 'INBOX 5')).toEqual(['\\Flagged']);
    expect(shownIn(opened, opened.id).sort()).toEqual(['Archive', 'Other']);
  });

  it('is not what is left when the message goes from its other mailbox', async () => {
    const opened = await movedElsewhere(capabilities);
    const { account, archive, id } = opened;
    act(opened, id, [], ['Archive']);
    expect(await account.drain()).toMatchObject({ failed: 1 });
    expect(copies(archive, 'INBOX 5')).toEqual(['\\Flagged']);
    expect(shownIn(opened, id)).toEqual(['Archive']);
  });

  it.each([true, false])('S22: is not taken for the copy whose answer was lost, and was made: %s', async (wasMade) => {
    const opened = await movedElsewhere(capabilities);
    const { account, server, inbox, archive, id } = opened;
    const before = [[...inbox.messages], [...archive.messages]] as const;
    act(opened, id, ['INBOX'], ['Archive']);
    let left = 1;
    server.script = ({ name }, socket) => {
      if ((name !== 'UID COPY' && name !== 'UID MOVE') || left-- <= 0) return undefined;
      if (!wasMade) [inbox.messages, archive.messages] = [[...before[0]], [...before[1]]];
      socket.destroy();
      return '';
    };
    expect(await reasonOf(account.drain())).toBe('offline');
    await settle(opened);
    expect(copies(inbox, 'INBOX 5').filter((flags) => !isMarked(flags))).toEqual(['\\Flagged']);
    expect(copies(archive, 'INBOX 5')).toEqual([]);
    expect(shownIn(opened, id)).toEqual(['INBOX']);
  });
});

describe('a message of which every copy is marked', () => {
  it('stays, if it was moved meanwhile', async () => {
    const opened = await openCopies(withMove + withIds);
    const { account, inbox, archive } = opened;
    const id = account.email('INBOX 5');
    act(opened, id, ['Archive'], ['INBOX']);
    mark(inbox, 5);
    await account.syncAll();
    await settle(opened);
    expect(copies(inbox, 'INBOX 5')).toEqual([]);
    expect(copies(archive, 'INBOX 5')).toEqual(['']);
    expect(shownIn(opened, id)).toEqual(['Archive']);
  });

  it('is not marked where it arrives, though a cycle heard of the mark after the move was planned', async () => {
    const opened = await openCopies(withMove + withIds);
    const { account, server, inbox, archive } = opened;
    const id = account.email('INBOX 5');
    account.act(account.email('INBOX 6'), { type: 'keywords', add: ['$flagged'], remove: [] });
    act(opened, id, ['Archive'], ['INBOX']);
    mark(inbox, 5);
    // The batch is planned while the cycle lists the mailboxes: then they take turns, STORE, INBOX, MOVE.
    const draining: Promise<unknown>[] = [];
    server.script = ({ name }) => {
      if (name === 'LIST' && draining.length === 0) draining.push(account.drain());
      return undefined;
    };
    await account.cycle();
    await Promise.all(draining);
    expect(copies(inbox, 'INBOX 5')).toEqual(['\\Deleted']);
    expect(archive.messages).toEqual([]);
    await settle(opened);
    expect(copies(archive, 'INBOX 5')).toEqual(['']);
    expect(inbox.messages).toHaveLength(11);
  });
});

describe('without UIDPLUS and MOVE, and with a message that somebody else has marked', () => {
  it('a move and the way back lose nothing and double nothing', async () => {
    const opened = await openCopies(bare);
    const { account, inbox, archive } = opened;
    const id = account.email('INBOX 5');
    mark(inbox, 8);
    for (let times = 0; times < 2; times++) {
      act(opened, id, ['Archive'], ['INBOX']);
      await settle(opened);
      expect(copies(archive, 'INBOX 5').filter((flags) => !isMarked(flags))).toHaveLength(1);
      expect(shownIn(opened, id)).toEqual(['Archive']);
      act(opened, id, ['INBOX'], ['Archive']);
      await settle(opened);
      expect(copies(inbox, 'INBOX 5').filter((flags) => !isMarked(flags))).toHaveLength(1);
      expect(copies(archive, 'INBOX 5')).toEqual([]);
      expect(shownIn(opened, id)).toEqual(['INBOX']);
    }
    expect(account.email('INBOX 5')).toBe(id);
  });

  it('S22: what was only a marked copy any more is the same message where somebody moved it', async () => {
    const opened = await openCopies(bare);
    const { account, inbox, archive, other } = opened;
    const id = account.email('INBOX 5');
    mark(inbox, 8);
    act(opened, id, ['Archive'], ['INBOX']);
    await settle(opened);
    const [moved] = archive.messages.splice(0);
    if (moved === undefined) throw new Error('nothing was moved');
    addMessage(other, moved.raw, { ...moved });
    await account.syncAll();
    expect(account.email('INBOX 5')).toBe(id);
    expect(shownIn(opened, id)).toEqual(['Other']);
  });
});
