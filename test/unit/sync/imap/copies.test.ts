import { expect, it } from 'vitest';
import { getEmailRef } from '../../../../src/db/emails';
import { basicCapabilities } from '../../../servers/scripted-imap';
import { openScripted, reasonOf, type ScriptedAccount } from '../../../support/scripted-account';
import { never } from '../../../support/imap-account';

/** Every message stands in INBOX and in All, one to the server (Gmail). */
async function openTwice(): Promise<ScriptedAccount> {
  const scripted = await openScripted(`${basicCapabilities} CONDSTORE QRESYNC X-GM-EXT-1`, 3, {
    prepare: (server) => {
      const box = server.mailboxes.get('INBOX');
      if (box === undefined) throw new Error('no INBOX');
      box.messages = box.messages.map((one) => ({
        ...one,
        more: `X-GM-MSGID ${1000 + one.uid} X-GM-THRID ${one.uid}`,
      }));
      server.mailboxes.set('All', { ...box, messages: box.messages.map((one) => ({ ...one })) });
    },
  });
  await scripted.account.syncAll();
  return scripted;
}

async function textOf({ account }: ScriptedAccount, subject: string): Promise<string | null> {
  const email = getEmailRef(account.db, account.email(subject));
  if (email === undefined) throw new Error('no message');
  return (await account.backend.fetchBody(email, never)).text;
}

it('a message is read from another mailbox where one is locked', async () => {
  const scripted = await openTwice();
  scripted.server.script = ({ name, args, tag }) =>
    name === 'SELECT' && args.includes('INBOX') ? `${tag} NO [INUSE] locked\r\n` : undefined;
  expect(await textOf(scripted, 'INBOX 2')).toContain('Text of INBOX 2');
});

it('a message is read from another mailbox where one has lost it since', async () => {
  const scripted = await openTwice();
  scripted.inbox.messages = [];
  expect(await textOf(scripted, 'INBOX 2')).toContain('Text of INBOX 2');
});

it('a message that no mailbox gives says that it cannot be had now, if one of them is only locked', async () => {
  const scripted = await openTwice();
  scripted.inbox.messages = [];
  scripted.server.script = ({ name, args, tag }) =>
    name === 'SELECT' && args.includes('All') ? `${tag} NO [INUSE] locked\r\n` : undefined;
  expect(await reasonOf(textOf(scripted, 'INBOX 2'))).toBe('unavailable');
  scripted.server.mailboxes.set('All', { ...scripted.inbox, messages: [] });
  scripted.server.script = () => undefined;
  expect(await reasonOf(textOf(scripted, 'INBOX 2'))).toBe('not-found');
});
