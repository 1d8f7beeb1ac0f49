import { describe, expect, it } from 'vitest';
import { addMessage, basicCapabilities, type ScriptedMailbox } from '../../../servers/scripted-imap';
import { fillScripted, openScripted, scriptedMail, type ScriptedAccount } from '../../../support/scripted-account';

const qresync = `${basicCapabilities} CONDSTORE QRESYNC`;

/** Subject and keywords of what is here of a mailbox. */
function rows({ account }: ScriptedAccount, path: string): string[] {
  return account.db.mail.all(
    `SELECT subject || ' ' || i.keywords FROM imap_messages i JOIN emails e ON e.id = i.email_id
     WHERE i.mailbox_id = ? ORDER BY uid`,
    [account.mailbox(path)],
    (row) => (row[0] as string).trim(),
  );
}

describe('what a server says of the mailbox that was open before', () => {
  it('RFC 7162: is not taken for word of the one that is opened', async () => {
    let archive: ScriptedMailbox | undefined;
    const scripted = await openScripted(qresync, 12, {
      prepare: (server) => (archive = fillScripted(server, 'Archive', 3)),
    });
    const { account, server, inbox } = scripted;
    await account.syncAll();
    if (archive === undefined) throw new Error('no Archive');
    addMessage(inbox, scriptedMail('INBOX new'));
    addMessage(archive, scriptedMail('Archive new'));
    const before =
      '* VANISHED 2\r\n* 3 FETCH (UID 3 FLAGS (\\Seen \\Flagged))\r\n* 99 EXISTS\r\n* OK [UIDNEXT 500] new\r\n';
    server.script = ({ name, args }, _socket, usual) =>
      name === 'SELECT' && args.includes('Archive') ? `${before}* OK [CLOSED] was INBOX\r\n${usual}` : undefined;
    expect(await account.cycle()).toMatchObject({ added: 2, changed: 0, removed: 0 });
    expect(rows(scripted, 'Archive')).toEqual(['Archive 1', 'Archive 2', 'Archive 3', 'Archive new']);
    expect(server.log.filter((line) => line.startsWith('UID SEARCH'))).toEqual([]);
    server.script = () => undefined;
    await account.cycle();
    expect(rows(scripted, 'Archive')).toHaveLength(4);
  });
});
