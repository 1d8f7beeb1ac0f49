import { describe, expect, it } from 'vitest';
import { listMailboxes } from '../../../../src/db/mailboxes';
import { getEmailDetails } from '../../../../src/db/message-lists';
import { addMessage, basicCapabilities, type Command, type ScriptedImap } from '../../../servers/scripted-imap';
import { never } from '../../../support/imap-account';
import { fillScripted, openScripted, scriptedMail, type ScriptedAccount } from '../../../support/scripted-account';

const plain = 'IMAP4rev1 IDLE NAMESPACE CHILDREN';
const tree = ({ account }: ScriptedAccount) => {
  const all = listMailboxes(account.db);
  const nameOf = new Map(all.map(({ id, name }) => [id, name]));
  return all.map(({ name, role, parentId }) => [name, role, parentId === null ? null : nameOf.get(parentId)]);
};
const bodyOf = async ({ account }: ScriptedAccount, subject: string) =>
  await account.backend.fetchBody(
    {
      id: account.email(subject),
      accountId: account.accountId,
      remoteId: null,
      blobId: null,
      mailboxIds: new Set<never>(),
    },
    never,
  );

describe('Courier', () => {
  const prepare = (server: ScriptedImap): void => {
    server.separator = '"."';
    for (const name of ['Sent', 'Trash', 'Drafts', 'Lists.vscode']) fillScripted(server, `INBOX.${name}`, 2);
  };

  it('S24: everything below INBOX, a dot between, no LIST-STATUS, roles by name', async () => {
    const scripted = await openScripted(plain, 12, { prepare });
    await scripted.account.syncAll();
    expect(tree(scripted)).toEqual(
      expect.arrayContaining([
        ['Inbox', 'inbox', null],
        ['Sent', 'sent', 'Inbox'],
        ['Trash', 'trash', 'Inbox'],
        ['Drafts', 'drafts', 'Inbox'],
        ['vscode', null, null],
      ]),
    );
    expect(scripted.here('INBOX.Lists.vscode')).toBe(2);
    expect(scripted.server.log.filter((line) => line.startsWith('STATUS')).length).toBeGreaterThan(4);
  });

  it('S22: moves without MOVE and UIDPLUS, and takes nothing else with it', async () => {
    const scripted = await openScripted(plain, 12, { prepare });
    const { account, server, inbox } = scripted;
    await account.syncAll();
    const key = account.email('INBOX 4');
    const [from, to] = [account.mailbox('INBOX'), account.mailbox('INBOX.Trash')];
    account.act(key, { type: 'mailboxes', add: [to], remove: [from] });
    expect(await account.drain()).toMatchObject({ failed: 0 });
    await account.syncAll();
    expect(account.email('INBOX 4')).toBe(key);
    expect([...(getEmailDetails(account.db, key)?.mailboxIds ?? [])]).toEqual([to]);
    expect([inbox.messages.length, server.mailboxes.get('INBOX.Trash')?.messages.length]).toEqual([11, 3]);
  });
});

describe('Exchange', () => {
  it('tells no UIDNEXT, wrong sizes, no dates, and cannot give some messages at all: the others are all here', async () => {
    const scripted = await openScripted(plain, 60);
    const { server, account, inbox } = scripted;
    const broken = new Set([17, 33]);
    server.script = ({ name, args, tag }: Command, _socket, usual) => {
      const told = usual
        .replaceAll(/\* OK \[UIDNEXT[^\n]*\n/g, '')
        .replaceAll(/ UIDNEXT \d+/g, '')
        .replaceAll(/RFC822\.SIZE \d+/g, 'RFC822.SIZE 0')
        .replaceAll(/INTERNALDATE "[^"]*"/g, 'INTERNALDATE "00-Xyz-0000 99:00:00 +0000"');
      if (!name.endsWith('FETCH') || !/HEADER|BODYSTRUCTURE/.test(args)) return told;
      const asked = [...usual.matchAll(/UID (\d+)/g)].map((match) => Number(match[1]));
      return asked.some((uid) => broken.has(uid))
        ? `${tag} NO The requested message could not be converted to an RFC-822 compatible format.\r\n`
        : told;
    };
    await account.syncAll();
    expect(scripted.here()).toBe(58);
    expect(() => account.email('INBOX 17')).toThrow();
    expect(account.email('INBOX 60')).toBeGreaterThan(0);
    expect(account.warnings.join('\n')).toContain('cannot give');
    addMessage(inbox, scriptedMail('after'));
    expect(await account.cycle()).toMatchObject({ added: 1, removed: 0 });
    // Mended on the server: it is there with the next cycle that opens the mailbox.
    broken.clear();
    addMessage(inbox, scriptedMail('mended'));
    await account.syncAll();
    expect(scripted.here()).toBe(62);
  });

  it('sends a BODYSTRUCTURE that nobody can read: the list is whole, and the text is read all the same', async () => {
    const scripted = await openScripted(basicCapabilities, 4, {
      prepare(server) {
        const inbox = server.mailboxes.get('INBOX');
        if (inbox === undefined) return;
        const deep = `${'('.repeat(150)}"TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1${')'.repeat(150)}`;
        for (const [index, structure] of ['NIL', '()', '("TEXT" "PLAIN" (', deep].entries()) {
          const message = inbox.messages[index];
          if (message !== undefined) inbox.messages[index] = { ...message, structure };
        }
      },
    });
    await scripted.account.syncAll();
    expect(scripted.here()).toBe(4);
    expect(scripted.account.backend.needsBackfill).toBe(false);
    for (const number of [1, 2, 3, 4]) {
      expect((await bodyOf(scripted, `INBOX ${number}`)).text?.trim()).toBe(`Text of INBOX ${number}`);
    }
  });
});

describe('Yahoo, iCloud and others', () => {
  it('write names as literals, in odd case, with NIL for a separator, and quotes and backslashes in them', async () => {
    const scripted = await openScripted(basicCapabilities.replace(' LIST-STATUS', '').replace(' UIDPLUS', ''), 12, {
      prepare(server) {
        for (const path of ['Bulk Mail', 'A "quoted" one', 'back\\slash', 'Entw&APw-rfe', '2024']) {
          fillScripted(server, path, 1);
        }
      },
    });
    const { server, account } = scripted;
    const literal = (name: string): string => `{${Buffer.byteLength(name)}}\r\n${name}`;
    const unescape = (text: string): string => text.replaceAll(/\\(["\\])/g, '$1');
    server.script = ({ name, args, tag }) => {
      if (name === 'LIST' && args.includes('*')) {
        const lines = [...server.mailboxes.keys()].map((path) =>
          path === '2024' ? '* list () nil 2024\r\n' : `* List (\\hasnochildren) NIL ${literal(path)}\r\n`,
        );
        return `${lines.join('').replace('{5}\r\nINBOX', '{5}\r\nInbox')}${tag} ok done\r\n`;
      }
      if (name !== 'STATUS' && name !== 'SELECT') return undefined;
      const path = unescape(/^"((?:[^"\\]|\\.)*)"/.exec(args)?.[1] ?? '');
      const box = server.mailboxes.get(path);
      if (box === undefined) return `${tag} NO no such mailbox: ${path}\r\n`;
      if (name === 'STATUS') {
        const counts = `messages ${box.messages.length} uidnext ${box.uidNext} uidvalidity 7 unseen ${box.messages.length}`;
        return `* status ${literal(path)} (${counts})\r\n${tag} Ok done\r\n`;
      }
      return `* ${box.messages.length} exists\r\n* ok [uidvalidity 7] x\r\n* ok [uidnext ${box.uidNext}] x\r\n${tag} Ok done\r\n`;
    };
    await account.syncAll();
    expect(new Map(listMailboxes(account.db).map(({ name, role }) => [name, role]))).toEqual(
      new Map([
        ['Inbox', 'inbox'],
        ['Bulk Mail', 'junk'],
        ['A "quoted" one', null],
        ['back\\slash', null],
        ['Entwürfe', 'drafts'],
        ['2024', null],
      ]),
    );
    const wire = server.log.filter((line) => line.startsWith('SELECT'));
    expect(wire).toEqual(expect.arrayContaining(['SELECT "A \\"quoted\\" one"', 'SELECT "back\\\\slash"']));
    expect(account.warnings).toEqual([]);
  });

  it('S18: tell of other messages, new mail and expunges in the middle of an answer: nothing is mixed up', async () => {
    const scripted = await openScripted(`${basicCapabilities} CONDSTORE QRESYNC`, 80);
    const { server, account, inbox } = scripted;
    server.script = ({ name }, _socket, usual) =>
      /FETCH|SEARCH|STORE/.test(name)
        ? `* 81 EXISTS\r\n* 3 FETCH (FLAGS (\\Seen))\r\n* 4 FETCH (UID 4 FLAGS (\\Answered) MODSEQ (99))\r\n* 1 RECENT\r\n* VANISHED 4000\r\n* OK still here\r\n${usual}`
        : undefined;
    await account.syncAll();
    expect(scripted.here()).toBe(80);
    server.script = () => undefined;
    inbox.highestModSeq += 1;
    addMessage(inbox, scriptedMail('really new'));
    expect(await account.cycle()).toMatchObject({ added: 1, removed: 0 });
    expect(scripted.here()).toBe(81);
  });

  it('refuse a LIST with everything, LSUB, and HIGHESTMODSEQ of STATUS, although they announced them', async () => {
    const scripted = await openScripted(`${basicCapabilities} CONDSTORE`, 12, {
      prepare: (server) => void fillScripted(server, 'Archive', 3),
    });
    const { server, account } = scripted;
    server.script = ({ name, args, tag }) =>
      (name === 'LIST' && args.includes('RETURN')) || name === 'LSUB' || args.includes('HIGHESTMODSEQ')
        ? `${tag} BAD Command Argument Error. 12\r\n`
        : undefined;
    await account.syncAll();
    expect([scripted.here(), scripted.here('Archive')]).toEqual([12, 3]);
    expect(listMailboxes(account.db).every(({ isSubscribed }) => isSubscribed)).toBe(true);
    await account.cycle();
    expect(server.log.filter((line) => line.startsWith('LIST') && line.includes('RETURN'))).toHaveLength(1);
  });

  it('answer a STATUS under another spelling of the name', async () => {
    const scripted = await openScripted(plain, 3, {
      prepare: (server) => void fillScripted(server, 'Sent Items', 2),
    });
    const { server, account } = scripted;
    server.script = ({ name }, _socket, usual) =>
      name === 'STATUS' ? usual.replace('"Sent Items"', '"Sent&ACA-Items"') : undefined;
    await account.syncAll();
    expect(scripted.here('Sent Items')).toBe(2);
  });

  it('have a mailbox that is deleted while it is open', async () => {
    const scripted = await openScripted(basicCapabilities, 12, {
      prepare: (server) => void fillScripted(server, 'Gone', 3),
    });
    const { server, account } = scripted;
    await account.syncAll();
    expect((await bodyOf(scripted, 'Gone 2')).text).toContain('Text of Gone 2');
    server.mailboxes.delete('Gone');
    await expect(bodyOf(scripted, 'Gone 1')).rejects.toMatchObject({ reason: 'not-found' });
    await account.syncAll();
    expect(() => account.mailbox('Gone')).toThrow();
    expect(() => account.email('Gone 1')).toThrow();
    expect(scripted.here()).toBe(12);
  });
});
