import { expect, it } from 'vitest';
import type { EmailId } from '../../../../src/model/ids';
import { addMessage, basicCapabilities, type ScriptedMailbox } from '../../../servers/scripted-imap';
import { never } from '../../../support/imap-account';
import { breakOffAt, fillScripted, openScripted, reasonOf } from '../../../support/scripted-account';

const emptyBox = (uidValidity: number): ScriptedMailbox => ({
  uidValidity,
  uidNext: 1,
  highestModSeq: 1,
  messages: [],
});

const raw = 'Message-ID: <x@y>\r\nSubject: traveller\r\n\r\nText\r\n';

/** `Other` is made anew while its mail is in `Aside`: it went there after a round's list, and before `Other` was read. */
async function madeAnew(aside: 'known' | 'listed' | 'new') {
  const { account, server } = await openScripted(`${basicCapabilities} CONDSTORE QRESYNC`, 3, {
    prepare(scripted) {
      addMessage(fillScripted(scripted, 'Other', 2), raw);
      if (aside === 'known') scripted.mailboxes.set('Aside', emptyBox(20));
    },
  });
  await account.syncAll();
  const id = account.email('traveller');
  account.act(id, { type: 'keywords', add: ['$flagged'], remove: [] });

  const other = emptyBox(21);
  server.mailboxes.set('Other', other);
  if (aside === 'listed') server.mailboxes.set('Aside', emptyBox(20));
  server.script = ({ name, args }) => {
    if (name !== 'SELECT' || !args.includes('Other')) return undefined;
    const box = server.mailboxes.get('Aside') ?? emptyBox(20);
    if (box.messages.length === 0) addMessage(box, raw);
    server.mailboxes.set('Aside', box);
    return undefined;
  };
  await account.cycle();
  server.script = () => undefined;

  const back = (): void => {
    server.mailboxes.delete('Aside');
    addMessage(other, raw);
  };
  return { account, other, id, back };
}

it.each([
  ['known already', 'known'],
  ['new', 'new'],
] as const)('S20, S30: what waits for a message outlasts a detour by a mailbox that is %s', async (_name, aside) => {
  const { account, other, id, back } = await madeAnew(aside);
  await account.cycle();

  back();
  await account.cycle();
  expect(await account.drain()).toMatchObject({ sent: 1, failed: 0 });
  expect(other.messages.map(({ flags }) => flags)).toEqual([['\\Flagged']]);
  expect(account.email('traveller')).toBe(id);
});

it('S3, S30: and so does what is done to it there', async () => {
  const { account, other, id, back } = await madeAnew('listed');
  // Of a mailbox that was never read the back-fill is the first reader, before another cycle can tell what is missing.
  await account.backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, never);
  expect(account.email('traveller')).toBe(id);
  account.act(id, { type: 'keywords', add: ['$answered'], remove: [] });

  back();
  await account.syncAll();
  expect(await account.drain()).toMatchObject({ sent: 2, failed: 0 });
  expect(other.messages.map(({ flags }) => [...flags].sort())).toEqual([['\\Answered', '\\Flagged']]);
});

/** `Other 1` was moved to INBOX, and a cycle has met it there, and broke off before it could hear that it left. */
async function metTwice() {
  const boxes: ScriptedMailbox[] = [];
  const { account, server, inbox } = await openScripted(`${basicCapabilities} CONDSTORE QRESYNC`, 3, {
    prepare: (scripted) => void boxes.push(fillScripted(scripted, 'Other', 1), fillScripted(scripted, 'Archive', 0)),
  });
  await account.syncAll();
  const [other, archive] = boxes;
  const [message] = other?.messages ?? [];
  if (other === undefined || archive === undefined || message === undefined) throw new Error('no message');
  const id = account.email('Other 1');
  account.act(id, { type: 'keywords', add: ['$flagged', '$notjunk'], remove: [] });

  other.messages = [];
  other.highestModSeq += 1;
  addMessage(inbox, message.raw);
  await breakOffAt({ account, server }, 'Other');
  const find = 'SELECT id FROM emails WHERE subject = ? ORDER BY id';
  const shown = (): EmailId[] => account.db.mail.all(find, ['Other 1'], (row) => row[0] as EmailId);
  const [, newer] = shown();
  if (newer === undefined) throw new Error('not met');
  return { account, inbox, archive, id, newer, shown };
}

it('S3, S21: a message met in its new mailbox by a cycle that broke off is the one that left the old one', async () => {
  const { account, inbox, archive, id, newer } = await metTwice();
  // Shown twice now; what is done to the newer one comes after what was done to the older one.
  account.act(newer, { type: 'keywords', add: ['$junk'], remove: ['$notjunk'] });
  account.act(newer, { type: 'mailboxes', add: [account.mailbox('Archive')], remove: [account.mailbox('INBOX')] });
  await account.cycle();
  expect(account.email('Other 1')).toBe(id);

  await account.drain();
  await account.syncAll();
  expect(archive.messages.map(({ flags }) => [...flags].sort())).toEqual([['$junk', '\\Flagged']]);
  expect(inbox.messages).toHaveLength(3);
});

it('S21: and both go where neither is anywhere any more', async () => {
  const { account, inbox, shown } = await metTwice();
  inbox.messages = inbox.messages.slice(0, 3);
  inbox.highestModSeq += 1;
  await account.syncAll();
  expect(shown()).toEqual([]);
});

it('S29, S40: a double outlives the message that was deleted for good, by an EXPUNGE without an answer', async () => {
  const raw2 = 'Message-ID: <double@y>\r\nSubject: double\r\n\r\nText\r\n';
  const { account, server, inbox } = await openScripted(`${basicCapabilities} CONDSTORE QRESYNC`, 3, {
    prepare(scripted) {
      const box = scripted.mailboxes.get('INBOX');
      if (box !== undefined) for (let count = 0; count < 2; count++) addMessage(box, raw2);
    },
  });
  await account.syncAll();
  const find = 'SELECT id FROM emails WHERE subject = ? ORDER BY id';
  const [older] = account.db.mail.all(find, ['double'], (row) => row[0] as EmailId);
  if (older === undefined) throw new Error('no double');
  account.act(older, { type: 'destroy', from: [account.mailbox('INBOX')] });
  server.script = ({ name }, socket) => {
    if (name !== 'UID EXPUNGE') return undefined;
    socket.destroy();
    return '';
  };
  expect(await reasonOf(account.drain())).toBe('offline');
  server.script = () => undefined;
  for (let round = 0; round < 3; round++) {
    await account.syncAll();
    await account.drain();
  }
  expect(inbox.messages.filter((message) => message.raw === raw2)).toHaveLength(1);
  expect(account.email('double')).not.toBe(older);
});

it('S30: what is done to a message on its detour is not lost with that row, where the old one is found again', async () => {
  const { account, server } = await openScripted(`${basicCapabilities} CONDSTORE QRESYNC`, 3, {
    prepare: (scripted) => void addMessage(fillScripted(scripted, 'Other', 0), raw),
  });
  await account.syncAll();
  const id = account.email('traveller');
  // `Other` was not looked at yet when the back-fill meets its mail in `Aside`.
  const aside = emptyBox(20);
  server.mailboxes.set('Aside', aside);
  await account.cycle();
  addMessage(aside, raw);
  await account.backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, never);
  const shown = account.db.mail.get('SELECT max(id) FROM emails', [], (row) => row[0] as EmailId);
  if (shown === undefined || shown === id) throw new Error('not met');
  account.act(shown, { type: 'keywords', add: ['$flagged'], remove: [] });

  server.mailboxes.delete('Aside');
  const other = emptyBox(21);
  addMessage(other, raw);
  server.mailboxes.set('Other', other);
  await account.syncAll();
  expect(account.email('traveller')).toBe(id);
  expect(await account.drain()).toMatchObject({ sent: 1, failed: 0 });
  expect(other.messages.map(({ flags }) => flags)).toEqual([['\\Flagged']]);
});
