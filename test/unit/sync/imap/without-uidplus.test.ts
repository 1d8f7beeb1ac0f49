import { describe, expect, it } from 'vitest';
import { deletedFlag, placesIn, placesOf } from '../../../../src/db/imap-messages';
import { listChanges } from '../../../../src/db/pending-changes';
import { addMessage, basicCapabilities, type ScriptedMailbox } from '../../../servers/scripted-imap';
import { fillScripted, openScripted, type ScriptedAccount } from '../../../support/scripted-account';

const bare = basicCapabilities.replace(' UIDPLUS', '').replace(' MOVE', '');

function setFlags(box: ScriptedMailbox, uid: number, flags: string[]): void {
  const message = box.messages.find((one) => one.uid === uid);
  if (message === undefined) throw new Error('no message');
  message.flags = flags;
  message.modSeq = box.highestModSeq += 1;
}

async function destroy({ account }: ScriptedAccount, subject: string): Promise<void> {
  account.act(account.email(subject), { type: 'destroy' });
  expect(await account.drain()).toMatchObject({ sent: 1, failed: 0 });
  await account.syncAll();
}

const uids = (box: ScriptedMailbox): number[] => box.messages.map(({ uid }) => uid);
const markedIn = (box: ScriptedMailbox): number[] =>
  box.messages.flatMap(({ uid, flags }) => (flags.includes('\\Deleted') ? uid : []));

describe.each([
  ['with CONDSTORE', `${bare} CONDSTORE QRESYNC`],
  ['without', bare],
])('without UIDPLUS, %s', (_name, capabilities) => {
  it.each(['as it was', 'restarted'])('what had to stay marked goes once nothing of others is, %s', async (how) => {
    const scripted = await openScripted(capabilities, 6, { tuning: { policy: { fullScan: 0 } } });
    const { account, inbox, server } = scripted;
    await account.syncAll();
    setFlags(inbox, 1, ['\\Deleted']);
    await destroy(scripted, 'INBOX 3');
    expect(markedIn(inbox)).toEqual([1, 3]);
    expect(account.warnings.join()).toContain('stay marked');
    if (how === 'restarted') await account.restart();
    setFlags(inbox, 1, []); // its owner wants it after all
    await account.syncAll();
    await destroy(scripted, 'INBOX 4');
    expect(uids(inbox)).toEqual([1, 2, 5, 6]);
    expect(server.log.filter((line) => line.includes('EXPUNGE'))).toEqual(['EXPUNGE']);
    await account.syncAll();
    expect(scripted.here()).toBe(4);
  });

  it('S15: what stays marked is no hole in the count of its mailbox, in which another is not missed', async () => {
    const scripted = await openScripted(capabilities, 6, { tuning: { policy: { fullScan: 0 } } });
    const { account, inbox } = scripted;
    await account.syncAll();
    setFlags(inbox, 1, ['\\Deleted']);
    account.act(account.email('INBOX 3'), { type: 'destroy' });
    expect(await account.drain()).toMatchObject({ sent: 1, needsCycle: true });
    inbox.messages = inbox.messages.filter(({ uid }) => uid !== 2); // and QRESYNC does not tell
    await account.cycle();
    expect([...placesIn(account.db, account.mailbox('INBOX'), 1).keys()]).toEqual([1, 3, 4, 5, 6]);
    expect(placesOf(account.db, account.email('INBOX 3'))).toMatchObject([{ uid: 3, keywords: [deletedFlag] }]);
    expect(() => account.email('INBOX 2')).toThrow();
  });

  it('what others have marked anew, after our mark was taken away, is theirs', async () => {
    const scripted = await openScripted(capabilities, 6, { tuning: { policy: { fullScan: 0 } } });
    const { account, inbox } = scripted;
    await account.syncAll();
    setFlags(inbox, 1, ['\\Deleted']);
    await destroy(scripted, 'INBOX 3');
    setFlags(inbox, 3, []);
    await account.syncAll();
    await destroy(scripted, 'INBOX 4');
    setFlags(inbox, 1, []);
    setFlags(inbox, 3, ['\\Deleted']);
    await account.syncAll();
    await destroy(scripted, 'INBOX 5');
    expect(uids(inbox)).toHaveLength(6);
    expect(markedIn(inbox)).toEqual([3, 4, 5]);
  });

  it('numbers that mean other messages by now are not ours (S20)', async () => {
    const scripted = await openScripted(capabilities, 6, { tuning: { policy: { fullScan: 0 } } });
    const { account, inbox } = scripted;
    await account.syncAll();
    setFlags(inbox, 1, ['\\Deleted']);
    await destroy(scripted, 'INBOX 3');
    inbox.uidValidity += 1;
    inbox.messages = [...inbox.messages].reverse().map((message, index) => ({ ...message, uid: index + 1, flags: [] }));
    setFlags(inbox, 3, ['\\Deleted']); // INBOX 4, of somebody else
    await account.syncAll();
    await destroy(scripted, 'INBOX 6');
    expect(markedIn(inbox)).toEqual([1, 3]);
  });

  it('a mailbox that is gone leaves nothing to be mended', async () => {
    const scripted = await openScripted(capabilities, 6, {
      prepare: (server) => void fillScripted(server, 'Archive', 3),
      tuning: { policy: { fullScan: 0 } },
    });
    const { account, server } = scripted;
    await account.syncAll();
    const archive = server.mailboxes.get('Archive');
    if (archive === undefined) throw new Error('no archive');
    setFlags(archive, 1, ['\\Deleted']);
    await destroy(scripted, 'Archive 3');
    expect(markedIn(archive)).toEqual([1, 3]);
    server.mailboxes.delete('Archive');
    await account.syncAll();
    const sql = "SELECT resource_type FROM sync_state WHERE resource_type LIKE 'IMAP:%'";
    const states = account.db.mail.all(sql, [], (row) => row[0]);
    expect(states).toEqual([`IMAP:${account.mailbox('INBOX')}`]);
  });

  it('more mail that goes by an EXPUNGE than was marked is told of', async () => {
    const scripted = await openScripted(capabilities, 6, { tuning: { policy: { fullScan: 0 } } });
    const { account, server } = scripted;
    await account.syncAll();
    let lines = 1;
    server.script = ({ name }, _socket, usual) =>
      name === 'EXPUNGE' ? '* 3 EXPUNGE\r\n'.repeat(lines) + usual : undefined;
    await destroy(scripted, 'INBOX 3');
    expect(account.warnings).toEqual([]);
    lines = 2;
    await destroy(scripted, 'INBOX 4');
    expect(account.warnings).toEqual([
      'More mail left a mailbox than was deleted here: others may have marked it just then. INBOX',
    ]);
  });
});

it('S30: a MOVE of what somebody else has just moved is not taken for done', async () => {
  const scripted = await openScripted(basicCapabilities.replace(' UIDPLUS', ''), 6, {
    prepare: (server) => {
      fillScripted(server, 'Archive', 3);
      fillScripted(server, 'Later', 1);
    },
  });
  const { account, inbox, server } = scripted;
  await account.syncAll();
  const [archive, later] = [server.mailboxes.get('Archive'), server.mailboxes.get('Later')];
  const moved = inbox.messages.splice(4, 1)[0];
  if (archive === undefined || later === undefined || moved === undefined) throw new Error('no such mailbox');
  addMessage(later, moved.raw);
  const change = { type: 'mailboxes', add: [account.mailbox('Archive')], remove: [account.mailbox('INBOX')] } as const;
  account.act(account.email('INBOX 5'), change);
  account.act(account.email('INBOX 6'), change);
  expect(await account.drain()).toMatchObject({ sent: 1, failed: 0 });
  await account.syncAll();
  await account.drain();
  expect(listChanges(account.db)).toEqual([]);
  expect(uids(inbox)).toEqual([1, 2, 3, 4]);
  expect(archive.messages.map(({ raw }) => /Subject: (.*)\r\n/.exec(raw)?.[1]).sort()).toEqual([
    'Archive 1',
    'Archive 2',
    'Archive 3',
    'INBOX 5',
    'INBOX 6',
  ]);
});
