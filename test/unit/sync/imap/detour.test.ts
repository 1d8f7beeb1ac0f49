import { expect, it } from 'vitest';
import { addMessage, basicCapabilities, type ScriptedMailbox } from '../../../servers/scripted-imap';
import { fillScripted, openScripted } from '../../../support/scripted-account';

const emptyBox = (uidValidity: number): ScriptedMailbox => ({
  uidValidity,
  uidNext: 1,
  highestModSeq: 1,
  messages: [],
});

/** The mailbox is made anew while its mail is in another one: every look at it finds it somewhere else. */
it.each(['known already', 'new'])(
  'S20, S30: what waits for a message outlasts a detour by a mailbox that is %s',
  async (aside) => {
    const raw = 'Message-ID: <x@y>\r\nSubject: traveller\r\n\r\nText\r\n';
    const { account, server } = await openScripted(`${basicCapabilities} CONDSTORE QRESYNC`, 3, {
      prepare(scripted) {
        addMessage(fillScripted(scripted, 'Other', 2), raw);
        if (aside === 'known already') scripted.mailboxes.set('Aside', emptyBox(20));
      },
    });
    await account.syncAll();
    const id = account.email('traveller');
    account.act(id, { type: 'keywords', add: ['$flagged'], remove: [] });

    const other = emptyBox(21);
    server.mailboxes.set('Other', other);
    await account.cycle();

    const away = server.mailboxes.get('Aside') ?? emptyBox(20);
    server.mailboxes.set('Aside', away);
    addMessage(away, raw);
    await account.cycle();

    server.mailboxes.delete('Aside');
    addMessage(other, raw);
    await account.cycle();

    expect(await account.drain()).toMatchObject({ sent: 1, failed: 0 });
    expect(other.messages.map(({ flags }) => flags)).toEqual([['\\Flagged']]);
    expect(account.email('traveller')).toBe(id);
  },
);
