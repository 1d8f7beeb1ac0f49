import { describe, expect, it } from 'vitest';
import { listChanges } from '../../../../src/db/pending-changes';
import type { Command } from '../../../servers/scripted-imap';
import { drainBesideCycle, fillScripted, reasonOf } from '../../../support/scripted-account';
import {
  act,
  bare,
  copies,
  isMarked,
  loseAnswerToCopy,
  openCopies,
  settle,
  shownIn,
  withIds,
  withMove,
  withoutMove,
  type OpenedCopies,
} from '../../../support/scripted-copies';

/** The first such command is refused for now; all others are answered as usual. */
function refuseOnce({ server }: OpenedCopies, isMeant: (command: Command) => boolean): void {
  let left = 1;
  const boxes = [...server.mailboxes.values()];
  let before = boxes.map(({ messages }) => messages.map((one) => ({ ...one })));
  server.script = (command) => {
    if (isMeant(command) && left-- > 0) {
      for (const [index, box] of boxes.entries()) box.messages = before[index] ?? [];
      return `${command.tag} NO [UNAVAILABLE] Later.\r\n`;
    }
    before = boxes.map(({ messages }) => messages.map((one) => ({ ...one })));
    return undefined;
  };
}

describe('a move without MOVE that was refused halfway', () => {
  it.each([
    ['at the EXPUNGE', withoutMove, 'UID EXPUNGE'],
    ['at the mark', withoutMove, 'UID STORE'],
    ['at the EXPUNGE, without COPYUID', bare, 'EXPUNGE'],
    ['at the mark, without COPYUID', bare, 'UID STORE'],
  ])('S40: and is undone leaves the message where it was, alive, %s', async (_at, capabilities, refused) => {
    const opened = await openCopies(capabilities);
    const { account, inbox, archive } = opened;
    const id = account.email('INBOX 5');
    act(opened, id, ['Archive'], ['INBOX']);
    refuseOnce(opened, ({ name }) => name === refused);
    expect(await account.drain()).toMatchObject({ sent: 0, deferred: true });
    act(opened, id, ['INBOX'], ['Archive']);
    await settle(opened);
    expect(copies(inbox, 'INBOX 5').filter((flags) => !isMarked(flags))).toHaveLength(1);
    expect(copies(archive, 'INBOX 5')).toEqual([]);
    expect(shownIn(opened, id)).toEqual(['INBOX']);
  });

  it('and whose message is flagged meanwhile has the flag where it went, without COPYUID', async () => {
    const opened = await openCopies(bare);
    const { account, inbox, archive } = opened;
    const id = account.email('INBOX 5');
    act(opened, id, ['Archive'], ['INBOX']);
    refuseOnce(opened, ({ name }) => name === 'UID STORE');
    expect(await account.drain()).toMatchObject({ sent: 0, deferred: true });
    account.act(id, { type: 'keywords', add: ['$flagged'], remove: [] });
    await settle(opened);
    expect(copies(archive, 'INBOX 5')).toEqual(['\\Flagged']);
    expect(copies(inbox, 'INBOX 5')).toEqual([]);
  });
});

describe.each([
  ['UNAVAILABLE', 'UID EXPUNGE', withMove],
  ['LIMIT', 'UID EXPUNGE', withMove],
  ['UNAVAILABLE', 'EXPUNGE', bare],
  ['LIMIT', 'EXPUNGE', bare],
])('a deletion for good that was refused once it was marked: [%s] of %s', (code, name, capabilities) => {
  it.each(['at once', 'after a cycle', 'after a restart'])('S27: is finished, %s', async (when) => {
    const opened = await openCopies(capabilities);
    const { account, server, inbox } = opened;
    const id = account.email('INBOX 5');
    account.act(id, { type: 'destroy', from: [account.mailbox('INBOX')] });
    const all = [...inbox.messages];
    let left = 1;
    server.script = (command) => {
      if (command.name !== name || left-- <= 0) return undefined;
      inbox.messages = [...all];
      return `${command.tag} NO [${code}] Too many requests.\r\n`;
    };
    await account.drain().catch(() => undefined);
    expect(listChanges(account.db)).toMatchObject([{ emailId: id, state: 'queued' }]);
    if (when === 'after a cycle') await account.syncAll();
    if (when === 'after a restart') await account.restart();
    await settle(opened);
    expect(copies(inbox, 'INBOX 5')).toEqual([]);
  });
});

it.each([
  ['UID EXPUNGE', withMove],
  ['EXPUNGE', bare],
])(
  'S1, S30: what may not be expunged stands where it stood, and the change in the list: %s',
  async (name, capabilities) => {
    const opened = await openCopies(capabilities);
    const { account, server, inbox } = opened;
    const id = account.email('INBOX 5');
    account.act(id, { type: 'destroy', from: [account.mailbox('INBOX')] });
    const all = [...inbox.messages];
    server.script = (command) => {
      if (command.name !== name) return undefined;
      inbox.messages = [...all];
      return `${command.tag} NO [NOPERM] Not you.\r\n`;
    };
    expect(await account.drain()).toMatchObject({ sent: 0, failed: 1 });
    expect(copies(inbox, 'INBOX 5')).toEqual(['']);
    expect(shownIn(opened, id)).toEqual(['INBOX']);
    await account.syncAll();
    expect(shownIn(opened, id)).toEqual(['INBOX']);
    expect(listChanges(account.db)).toMatchObject([{ emailId: id, state: 'failed' }]);
  },
);

it.each([
  ['with COPYUID', withoutMove],
  ['without COPYUID', bare],
])(
  'S22: a deletion for good waits until the copy is known that a move before it may have made, %s',
  async (_name, capabilities) => {
    const opened = await openCopies(capabilities);
    const { account, inbox, archive } = opened;
    const id = account.email('INBOX 5');
    act(opened, id, ['Archive'], ['INBOX']);
    await loseAnswerToCopy(opened);
    account.act(id, { type: 'destroy', from: [account.mailbox('Archive')] });
    expect(await account.drain()).toMatchObject({ sent: 0, deferred: true });
    expect(copies(inbox, 'INBOX 5')).toEqual(['']);

    await account.syncAll();
    await settle(opened);
    expect([inbox, archive].map((box) => copies(box, 'INBOX 5'))).toEqual([[], []]);
  },
);

it.each([
  ['UID COPY', withoutMove],
  ['UID COPY', bare],
  ['UID STORE', withoutMove],
  ['UID MOVE', withMove],
])('S40: what is left undone because one of the messages is gone takes none away: %s', async (name, capabilities) => {
  const opened = await openCopies(capabilities);
  const { account, server, inbox, archive } = opened;
  const ids = ['INBOX 5', 'INBOX 6'].map((subject) => account.email(subject));
  for (const id of ids) act(opened, id, ['Archive'], ['INBOX']);
  const before = [[...inbox.messages], [...archive.messages]] as const;
  // As Dovecot says it, whatever the command: imapflow takes it for a success.
  server.script = (command) => {
    if (command.name !== name || !command.args.startsWith('5:6 ')) return undefined;
    inbox.messages = before[0].filter(({ uid }) => uid !== 6);
    if (name !== 'UID STORE') archive.messages = [...before[1]];
    inbox.highestModSeq += 1;
    return `${command.tag} NO [EXPUNGEISSUED] Some of the requested messages no longer exist.\r\n`;
  };
  await account.drain();
  server.script = () => undefined;
  await settle(opened);
  expect(copies(inbox, 'INBOX 5').filter((flags) => !isMarked(flags))).toEqual([]);
  expect(copies(archive, 'INBOX 5')).toHaveLength(1);
});

describe.each([
  ['with COPYUID', withoutMove],
  ['without', bare],
])('S22: a COPY whose answer was lost, %s', (_name, capabilities) => {
  it.each([
    ['flagged', [], ['\\Flagged'], { add: ['$flagged'], remove: [] }],
    ['marked as unread', ['\\Seen'], [], { add: [], remove: ['$seen'] }],
    ['both', ['\\Seen', 'label'], ['\\Flagged', 'label'], { add: ['$flagged'], remove: ['$seen'] }],
  ])('takes along what was done to its original since: %s', async (_what, before, after, change) => {
    const opened = await openCopies(capabilities);
    const { account, inbox, archive } = opened;
    const message = inbox.messages[4];
    if (message === undefined) throw new Error('no message');
    message.flags = before;
    message.modSeq = inbox.highestModSeq += 1;
    await account.syncAll();
    const id = account.email('INBOX 5');
    act(opened, id, ['Archive'], ['INBOX']);
    await loseAnswerToCopy(opened);
    account.act(id, { type: 'keywords', ...change });
    await settle(opened);
    expect(copies(archive, 'INBOX 5').map((flags) => flags.split(' ').filter(Boolean).sort())).toEqual([after]);
    expect(copies(inbox, 'INBOX 5')).toEqual([]);
    expect(account.email('INBOX 5')).toBe(id);
    expect(shownIn(opened, id)).toEqual(['Archive']);
  });
});

it.each([
  ['was never read, with COPYUID', withoutMove],
  ['was never read', bare],
])('S22: a COPY whose answer was lost is not made again in a mailbox that %s', async (_what, capabilities) => {
  const opened = await openCopies(capabilities);
  const { account, server, inbox } = opened;
  const unread = fillScripted(server, 'Unread', 2);
  await account.cycle(); // lists it; reading it is the back-fill's
  const id = account.email('INBOX 5');
  act(opened, id, ['Unread'], ['INBOX']);
  await loseAnswerToCopy(opened);
  account.act(id, { type: 'keywords', add: ['$flagged'], remove: [] });
  await settle(opened);
  expect(copies(unread, 'INBOX 5')).toEqual(['\\Flagged']);
  expect(copies(inbox, 'INBOX 5')).toEqual([]);
  expect(account.email('INBOX 5')).toBe(id);
});

it.each([
  ['with COPYUID', withoutMove],
  ['without COPYUID', bare],
])('S20, S22: nor in one that is numbered anew since, %s', async (_what, capabilities) => {
  const opened = await openCopies(capabilities);
  const { account, inbox, archive } = opened;
  const id = account.email('INBOX 5');
  act(opened, id, ['Archive'], ['INBOX']);
  await loseAnswerToCopy(opened);
  archive.uidValidity += 1;
  account.act(id, { type: 'keywords', add: ['$flagged'], remove: [] });
  await settle(opened);
  expect(copies(archive, 'INBOX 5')).toEqual(['\\Flagged']);
  expect(copies(inbox, 'INBOX 5')).toEqual([]);
  expect(account.email('INBOX 5')).toBe(id);
  expect(shownIn(opened, id)).toEqual(['Archive']);
});

it('S22: a copy that a cycle meets while the change is under way gets the keywords of its original, too', async () => {
  const opened = await openCopies(withoutMove + withIds);
  const { account, inbox, archive } = opened;
  const id = account.email('INBOX 5');
  act(opened, id, ['Archive'], ['INBOX']);
  await loseAnswerToCopy(opened);
  account.act(id, { type: 'keywords', add: ['$flagged'], remove: [] });
  // Turns between which it has its own.
  for (const number of [1, 2, 3, 4])
    account.act(account.email(`INBOX ${number}`), { type: 'keywords', add: [`label${number}`], remove: [] });
  await drainBesideCycle(opened);
  await settle(opened);
  expect(copies(archive, 'INBOX 5')).toEqual(['\\Flagged']);
  expect(copies(inbox, 'INBOX 5')).toEqual([]);
});

it.each([
  ['made anew', 99],
  ['gone', null],
])('S20: a mailbox that is %s while the destination is looked through loses nothing', async (_what, uidValidity) => {
  const opened = await openCopies(withoutMove);
  const { account, server, inbox, archive } = opened;
  const id = account.email('INBOX 5');
  act(opened, id, ['Archive'], ['INBOX']);
  server.script = ({ name }, socket) => {
    if (name !== 'UID COPY') return undefined;
    socket.destroy();
    archive.messages = [];
    return '';
  };
  expect(await reasonOf(account.drain())).toBe('offline');
  const anew = { ...inbox, uidValidity: uidValidity ?? 0, messages: inbox.messages.map((one) => ({ ...one })) };
  server.script = ({ name, args }) => {
    // It is opened already, and its numbers were right then; now they are other messages'.
    if (name === 'SELECT' && args.includes('Archive')) server.mailboxes.delete('INBOX');
    if (uidValidity !== null && !server.mailboxes.has('INBOX')) server.mailboxes.set('INBOX', anew);
    return undefined;
  };
  expect(await account.drain()).toMatchObject({ sent: 0, failed: 0, deferred: true });
  expect(anew.messages.map(({ flags }) => flags)).toEqual(inbox.messages.map(() => []));
  expect(copies(archive, 'INBOX 5')).toEqual([]);
  expect(server.log.filter((line) => line.startsWith('UID EXPUNGE'))).toEqual([]);
});
