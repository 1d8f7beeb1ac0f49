import { describe, expect, it } from 'vitest';
import { placesOf } from '../../../../src/db/imap-messages';
import { listMailboxes } from '../../../../src/db/mailboxes';
import { getEmailDetails } from '../../../../src/db/message-lists';
import { intentsFor } from '../../../../src/model/action-intents';
import type { Action } from '../../../../src/model/action';
import type { EmailId, MailboxId } from '../../../../src/model/ids';
import type { ScriptedImap } from '../../../servers/scripted-imap';
import { becomeGmail, gmailCapabilities, gmailNames } from '../../../servers/scripted-gmail';
import { openScripted, scriptedMail, type ScriptedAccount } from '../../../support/scripted-account';

interface Gmail extends ScriptedAccount {
  readonly gmail: ReturnType<typeof becomeGmail>;
}

async function openGmail(): Promise<Gmail> {
  let gmail: ReturnType<typeof becomeGmail> | undefined;
  const scripted = await openScripted(gmailCapabilities, 0, {
    prepare(server) {
      gmail = becomeGmail(server);
      for (let number = 1; number <= 120; number++) {
        const labels = number % 3 === 0 ? ['INBOX', 'Work'] : number % 3 === 1 ? ['INBOX'] : [];
        gmail.deliver(String(1_000_000_000_000_000_000n + BigInt(number)), labels, scriptedMail(`mail ${number}`));
      }
      server.script = gmail.script;
    },
  });
  if (gmail === undefined) throw new Error('no Gmail');
  await scripted.account.syncAll();
  return { ...scripted, gmail };
}

const paths = ({ account }: Gmail, id: EmailId): string[] => {
  const names = new Map(
    account.db.mail.all('SELECT id, remote_id FROM mailboxes', [], (row) => [row[0] as MailboxId, row[1] as string]),
  );
  return [...(getEmailDetails(account.db, id)?.mailboxIds ?? [])].map((at) => names.get(at) ?? '').sort();
};

/** Where the server has a message. */
const onServer = ({ mailboxes }: ScriptedImap, subject: string): string[] =>
  [...mailboxes]
    .filter(([, box]) => box.messages.some(({ raw }) => raw.includes(`: ${subject}\r\n`)))
    .map(([path]) => path);

/** As the person does it, in a mailbox. */
async function act(gmail: Gmail, subject: string, action: Action, from: string | null): Promise<EmailId> {
  const { account } = gmail;
  const id = account.email(subject);
  const roles = new Map(listMailboxes(account.db).map((mailbox) => [mailbox.role, mailbox.id]));
  const all = new Map(listMailboxes(account.db).map((mailbox) => [mailbox.id, mailbox.role]));
  const shown = getEmailDetails(account.db, id);
  if (shown === null) throw new Error('no message');
  const mailboxes = new Map(shown.mailboxIds.map((at) => [at, all.get(at) ?? null] as const));
  const intents = intentsFor(
    action,
    { keywords: shown.keywords, mailboxes },
    from === null ? null : account.mailbox(from),
    (role) => {
      const found = roles.get(role);
      if (found === undefined) throw new Error(`no ${role}`);
      return found;
    },
  );
  for (const intent of intents) account.act(id, intent);
  expect(await account.drain()).toMatchObject({ failed: 0, deferred: false });
  await account.syncAll();
  return id;
}

describe('Gmail', () => {
  it('S15: CONDSTORE without QRESYNC; each message once, in all its mailboxes, by X-GM-MSGID', async () => {
    const gmail = await openGmail();
    const { account, server } = gmail;
    expect(server.log.filter((line) => line.includes('QRESYNC'))).toEqual([]);
    expect(account.db.mail.get('SELECT count(*) FROM emails', [], (row) => row[0])).toBe(120);
    expect(paths(gmail, account.email('mail 3'))).toEqual(['INBOX', 'Work', gmailNames.all].sort());
    expect(paths(gmail, account.email('mail 5'))).toEqual([gmailNames.all]);
    expect(account.db.mail.get("SELECT remote_id FROM emails WHERE subject = 'mail 3'", [], (row) => row[0])).toBe(
      'gm:1000000000000000003',
    );
    expect(account.warnings).toEqual([]);
    expect(await account.cycle()).toEqual({ added: 0, changed: 0, removed: 0, mailboxes: 0 });
  });

  it('S24: knows its mailboxes in any language; All Mail is the archive, as there is no other', async () => {
    const { account } = await openGmail();
    const shown = new Map(listMailboxes(account.db).map(({ name, role, parentId }) => [name, { role, parentId }]));
    const node = shown.get('[Gmail]');
    expect(node?.role).toBeNull();
    const roles = Object.fromEntries([...shown].flatMap(([name, { role }]) => (role === null ? [] : [[role, name]])));
    expect(roles).toEqual({
      inbox: 'Inbox',
      archive: 'Alle Nachrichten',
      trash: 'Papierkorb',
      drafts: 'Entwürfe',
      sent: 'Gesendet',
      junk: 'Spam',
      flagged: 'Markiert',
      important: 'Wichtig',
    });
    expect(shown.get('Papierkorb')?.parentId).toBe(account.mailbox('[Gmail]'));
  });

  it('threads are those of X-GM-THRID, whatever the subjects say', async () => {
    const gmail = await openGmail();
    gmail.gmail.deliver('2000000000000000001', ['INBOX'], scriptedMail('one thing'), '77');
    gmail.gmail.deliver('2000000000000000002', ['INBOX'], scriptedMail('another thing'), '77');
    await gmail.account.syncAll();
    const threadOf = (subject: string) => getEmailDetails(gmail.account.db, gmail.account.email(subject))?.threadId;
    expect(threadOf('one thing')).toBe(threadOf('another thing'));
    expect(threadOf('mail 1')).not.toBe(threadOf('mail 2'));
  });

  it('S21: archived elsewhere is All Mail alone, and no loss', async () => {
    const gmail = await openGmail();
    const { account, server } = gmail;
    const key = account.email('mail 1');
    const inbox = server.mailboxes.get('INBOX');
    inbox?.messages.splice(0, 1);
    if (inbox !== undefined) inbox.highestModSeq += 1;
    expect(await account.cycle()).toMatchObject({ removed: 1 });
    expect(account.email('mail 1')).toBe(key);
    expect(paths(gmail, key)).toEqual([gmailNames.all]);
  });

  it('archives by leaving All Mail as the only place; other labels stay', async () => {
    const gmail = await openGmail();
    const plain = await act(gmail, 'mail 1', { type: 'archive' }, 'INBOX');
    expect(onServer(gmail.server, 'mail 1')).toEqual([gmailNames.all]);
    expect(paths(gmail, plain)).toEqual([gmailNames.all]);
    const labelled = await act(gmail, 'mail 3', { type: 'archive' }, 'INBOX');
    expect(onServer(gmail.server, 'mail 3').sort()).toEqual(['Work', gmailNames.all].sort());
    expect(paths(gmail, labelled)).toEqual(['Work', gmailNames.all].sort());
  });

  it('deletes into Trash, out of every label and of All Mail, and from there for good', async () => {
    const gmail = await openGmail();
    const id = await act(gmail, 'mail 3', { type: 'delete' }, 'INBOX');
    expect(onServer(gmail.server, 'mail 3')).toEqual([gmailNames.trash]);
    expect(gmail.account.email('mail 3')).toBe(id);
    expect(paths(gmail, id)).toEqual([gmailNames.trash]);
    await act(gmail, 'mail 3', { type: 'delete' }, gmailNames.trash);
    expect(onServer(gmail.server, 'mail 3')).toEqual([]);
    expect(() => gmail.account.email('mail 3')).toThrow();
  });

  it('a flag is set in all copies, and one that changes in all of them is one change of one message', async () => {
    const gmail = await openGmail();
    const id = await act(gmail, 'mail 3', { type: 'keyword', keyword: '$flagged', on: true }, 'INBOX');
    for (const path of ['INBOX', 'Work', gmailNames.all]) {
      const box = gmail.server.mailboxes.get(path);
      const message = box?.messages.find(({ raw }) => raw.includes(': mail 3\r\n'));
      expect(message?.flags).toEqual(['\\Flagged']);
      if (message === undefined || box === undefined) continue;
      message.flags = ['\\Flagged', '\\Seen'];
      message.modSeq = box.highestModSeq += 1;
    }
    await gmail.account.cycle();
    expect(getEmailDetails(gmail.account.db, id)?.keywords).toEqual(['$flagged', '$seen']);
    expect(placesOf(gmail.account.db, id)).toHaveLength(3);
  });
});
