import { describe, expect, it } from 'vitest';
import { addMessage, basicCapabilities, type ScriptedMailbox } from '../../../servers/scripted-imap';
import { fillScripted, openScripted, scriptedMail, type ScriptedAccount } from '../../../support/scripted-account';

/** `Old` had a message, and is empty and known to be; INBOX has UIDVALIDITY 7. */
async function openEmptied(uidValidity: number): Promise<ScriptedAccount & { readonly old: ScriptedMailbox }> {
  const boxes: ScriptedMailbox[] = [];
  const scripted = await openScripted(`${basicCapabilities} CONDSTORE QRESYNC`, 3, {
    prepare: (server) => void boxes.push(fillScripted(server, 'Old', 1)),
  });
  const [old] = boxes;
  if (old === undefined) throw new Error('no mailbox');
  old.uidValidity = uidValidity;
  await scripted.account.syncAll();
  old.messages = [];
  old.highestModSeq += 1;
  await scripted.account.cycle();
  expect(scripted.here('Old')).toBe(0);
  return { ...scripted, old };
}

function rename({ server }: ScriptedAccount, box: ScriptedMailbox): void {
  server.mailboxes.delete('Old');
  server.mailboxes.set('New', box);
}

describe('S24: a mailbox that was empty, and has another name and new mail by now', () => {
  it('is the same, by numbers that no other mailbox has', async () => {
    const scripted = await openEmptied(50);
    const { account, old } = scripted;
    const id = account.mailbox('Old');
    addMessage(old, scriptedMail('New 2'));
    rename(scripted, old);
    await account.syncAll();
    expect(account.mailbox('New')).toBe(id);
    expect(scripted.here('New')).toBe(1);
  });

  it('is another where all mailboxes have the same UIDVALIDITY', async () => {
    const scripted = await openEmptied(7);
    const { account, old } = scripted;
    const id = account.mailbox('Old');
    addMessage(old, scriptedMail('New 2'));
    rename(scripted, old);
    await account.syncAll();
    expect(account.mailbox('New')).not.toBe(id);
    expect(scripted.here('New')).toBe(1);
  });

  it('is another if it has a message that was not there when it was ours', async () => {
    const scripted = await openEmptied(50);
    const { account } = scripted;
    const id = account.mailbox('Old');
    const other: ScriptedMailbox = { uidValidity: 50, uidNext: 1, highestModSeq: 20, messages: [] };
    for (const number of [1, 2]) addMessage(other, scriptedMail(`New ${number}`));
    rename(scripted, other);
    await account.syncAll();
    expect(account.mailbox('New')).not.toBe(id);
    expect(scripted.here('New')).toBe(2);
  });
});

it('S24, S30: a mailbox that is renamed while it is listed, and is in the list under neither name, stays ours', async () => {
  const scripted = await openEmptied(50);
  const { account, server, old } = scripted;
  const id = account.mailbox('Old');
  addMessage(old, scriptedMail('Old 2'));
  await account.syncAll();
  const message = account.email('Old 2');
  account.act(message, { type: 'keywords', add: ['$flagged'], remove: [] });
  let lists = 0;
  server.script = ({ name, args }, _socket, usual) => {
    if (name !== 'LIST' || !args.includes('"*"') || lists++ > 0) return undefined;
    rename(scripted, old);
    return usual
      .split('\r\n')
      .filter((line) => !line.includes('"Old"'))
      .join('\r\n');
  };
  await account.cycle();
  expect(lists).toBe(2);
  expect(account.mailbox('New')).toBe(id);
  expect(account.email('Old 2')).toBe(message);
  expect(await account.drain()).toMatchObject({ sent: 1, failed: 0 });
  expect(old.messages.map(({ flags }) => flags)).toEqual([['\\Flagged']]);
});
