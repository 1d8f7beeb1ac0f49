import { describe, expect, it } from 'vitest';
import { addMessage, basicCapabilities, type ScriptedMailbox } from '../../../servers/scripted-imap';
import {
  fillScripted,
  openScripted,
  reasonOf,
  scriptedMail,
  type ScriptedAccount,
} from '../../../support/scripted-account';

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

describe('S4: a connection that is lost between rows and their previews', () => {
  const previews = ({ account }: ScriptedAccount): unknown[] =>
    account.db.mail.all('SELECT preview FROM emails ORDER BY id', [], (row) => row[0]);

  /** Hangs up when it is asked for details, once; what is shown by then. */
  async function hangUp(scripted: ScriptedAccount): Promise<unknown[]> {
    const { account, server } = scripted;
    server.script = ({ name, args }, socket) => {
      if (name !== 'UID FETCH' || !args.includes('BODYSTRUCTURE')) return undefined;
      socket.destroy();
      return '';
    };
    expect(await reasonOf(account.cycle())).toBe('offline');
    server.script = () => undefined;
    return previews(scripted);
  }

  it('of new mail: it is shown at once, and they come afterwards, for it alone', async () => {
    const scripted = await openScripted(qresync, 3);
    const { account, server, inbox } = scripted;
    await account.syncAll();
    const old = ['Text of INBOX 1', 'Text of INBOX 2', 'Text of INBOX 3'];
    addMessage(inbox, scriptedMail('INBOX new'));
    expect(await hangUp(scripted)).toEqual([...old, '']);
    server.log.length = 0;
    await account.cycle();
    expect(account.backend.needsBackfill).toBe(true);
    await account.syncAll();
    expect(previews(scripted)).toEqual([...old, 'Text of INBOX new']);
    const asked = server.log.filter((line) => line.includes('BODYSTRUCTURE'));
    expect(asked).toEqual(['UID FETCH 4 (UID BODYSTRUCTURE)']);
  });

  it('of what had been left out before', async () => {
    const scripted = await openScripted(qresync, 3);
    const { account, inbox } = scripted;
    await account.syncAll();
    const [first] = inbox.messages;
    if (first === undefined) throw new Error('no message');
    // Forgotten by the server for one cycle, and then counted again.
    inbox.messages = inbox.messages.slice(1);
    inbox.highestModSeq += 1;
    await account.cycle();
    inbox.messages = [first, ...inbox.messages];
    inbox.highestModSeq += 1;
    const all = ['Text of INBOX 2', 'Text of INBOX 3'];
    expect(await hangUp(scripted)).toEqual([...all, '']);
    await account.syncAll();
    expect(previews(scripted)).toEqual([...all, 'Text of INBOX 1']);
  });
});

describe('S19: a server whose word on what is gone is in doubt', () => {
  it('is believed in what else it says: flags and new mail', async () => {
    const scripted = await openScripted(qresync, 60);
    const { account, server, inbox } = scripted;
    await account.syncAll();
    const kept = inbox.messages;
    inbox.messages = kept.slice(30);
    const [flagged] = inbox.messages;
    if (flagged === undefined) throw new Error('no message');
    flagged.flags.push('\\Flagged');
    flagged.modSeq = inbox.highestModSeq += 1;
    addMessage(inbox, scriptedMail('INBOX new'));
    // It counts one more than it lists.
    server.script = ({ name, args }, _socket, usual) =>
      name === 'SELECT' && args.includes('QRESYNC')
        ? usual.replace(/\* (\d+) EXISTS/, (_match, n) => `* VANISHED (EARLIER) 1:30\r\n* ${Number(n) + 1} EXISTS`)
        : undefined;
    expect(await account.cycle()).toMatchObject({ added: 1, changed: 1, removed: 0 });
    expect(rows(scripted, 'INBOX')).toHaveLength(61);
    expect(rows(scripted, 'INBOX')[30]).toBe('INBOX 31 $flagged');
    expect(account.warnings.join()).toContain('not believed');
    // It is asked again since the same time, and believed once the numbers agree.
    server.script = ({ name, args }, _socket, usual) =>
      name === 'SELECT' && args.includes('QRESYNC (7 70)')
        ? usual.replace(/(\* \d+ EXISTS)/, '* VANISHED (EARLIER) 1:30\r\n$1')
        : undefined;
    expect(await account.cycle()).toMatchObject({ added: 0, removed: 30 });
    expect(rows(scripted, 'INBOX')).toHaveLength(31);
  });
});
