import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MailDb } from '../../src/db/mail-db';
import { getEmailDetails } from '../../src/db/message-lists';
import { listChanges } from '../../src/db/pending-changes';
import type { EmailId } from '../../src/model/ids';
import { startCyrus } from '../servers/cyrus';
import { startEmbeddedJmap } from '../servers/embedded-jmap/embedded-jmap';
import { connectJmap } from '../servers/raw-jmap';
import { users } from '../servers/users';
import { check, damage, keepBodies, type Found } from '../support/check-account';
import { compareWithServer } from '../support/compare-with-server';
import { otherClient, type OtherClient } from '../support/other-client';
import { keywords, openSyncedAccount, type Login, type SyncedAccount } from '../support/synced-account';

interface Server extends Login {
  stop(): Promise<void>;
}
const { email: user, password } = users.alice;
const servers: { name: string; start: () => Promise<Server> }[] = [
  {
    name: 'the embedded server',
    start: async () => {
      const server = await startEmbeddedJmap();
      return { url: server.url, user, password, stop: () => server.stop() };
    },
  },
  {
    name: 'Cyrus',
    start: async () => {
      const server = await startCyrus();
      return { url: server.jmapUrl, user, password, stop: () => server.stop() };
    },
  },
];

/** Messages of the account, by key: 1 to 30 in the inbox, 31 to 40 in the archive. */
const inInbox = '(SELECT id FROM emails ORDER BY id LIMIT 30)';
const nth = (n: number): string => `(SELECT id FROM emails ORDER BY id LIMIT 1 OFFSET ${n})`;
const mailbox = (role: string): string => `(SELECT id FROM mailboxes WHERE role = '${role}')`;

/** What somebody did to the database, and what a check has to say of it. */
const damages: { name: string; statements: string[]; found: Found }[] = [
  { name: 'nothing', statements: [], found: {} },
  {
    name: 'messages deleted',
    statements: [
      `DELETE FROM email_mailboxes WHERE email_id IN (${nth(2)}, ${nth(3)})`,
      `DELETE FROM emails WHERE id IN (${nth(2)}, ${nth(3)})`,
    ],
    found: { 'emails-missing': 2 },
  },
  {
    name: 'messages deleted without their places',
    statements: [`DELETE FROM emails WHERE id IN (${nth(2)}, ${nth(3)})`],
    // Each was in a mailbox, and its row there belongs to nobody.
    found: { 'rows-without-owner': 2, 'counts-wrong': 1, 'emails-missing': 2 },
  },
  {
    name: 'flags that the server does not have',
    statements: [
      `UPDATE emails SET flags = flags | 2, server_flags = server_flags | 2 WHERE id IN (${nth(1)}, ${nth(5)})`,
    ],
    found: { 'keywords-different': 2 },
  },
  {
    name: 'keywords that the server does not have',
    statements: [`UPDATE emails SET keywords = 'made-up', server_keywords = 'made-up' WHERE id = ${nth(4)}`],
    found: { 'keywords-different': 1 },
  },
  {
    name: 'what is shown differs from what the server has, without a waiting change',
    statements: [`UPDATE emails SET flags = flags | 2 WHERE id IN (${nth(1)}, ${nth(5)}, ${nth(6)})`],
    found: { 'shown-wrong': 3 },
  },
  {
    name: 'a message said to wait',
    statements: [`UPDATE emails SET pending = 1 WHERE id = ${nth(1)}`],
    found: { 'shown-wrong': 1 },
  },
  {
    name: 'messages in another mailbox',
    statements: [
      `UPDATE email_mailboxes SET mailbox_id = ${mailbox('trash')} WHERE email_id IN (${nth(7)}, ${nth(8)})`,
    ],
    found: { 'places-different': 2, 'counts-wrong': 2 },
  },
  {
    name: 'messages in no mailbox',
    statements: [`DELETE FROM email_mailboxes WHERE email_id = ${nth(9)}`],
    found: { 'places-different': 1 },
  },
  {
    name: 'messages that the server does not have',
    statements: [
      `INSERT INTO emails (account_id, remote_id, thread_id, received_at, has_attachment, flags, keywords, server_flags,
         server_keywords, subject, addresses, preview, size, message_id, in_reply_to, message_references)
       SELECT account_id, 'invented-' || id, thread_id, received_at, 0, flags, keywords, server_flags, server_keywords,
         'Invented', '{}', '', 1, '', '', '' FROM emails WHERE id IN (${nth(1)}, ${nth(2)})`,
      `INSERT INTO email_mailboxes (email_id, mailbox_id, on_server, shown, received_at, thread_id)
       SELECT id, ${mailbox('inbox')}, 1, 1, received_at, thread_id FROM emails WHERE remote_id LIKE 'invented-%'`,
    ],
    found: { 'emails-extra': 2 },
  },
  {
    name: 'counters',
    statements: [
      `UPDATE mailboxes SET total = total + 7 WHERE role = 'inbox'`,
      `UPDATE mailboxes SET unread = unread - 1 WHERE role = 'archive'`,
    ],
    found: { 'counts-wrong': 2 },
  },
  {
    name: 'what the lists sort by',
    statements: [
      `UPDATE email_mailboxes SET received_at = 5 WHERE email_id = ${nth(1)}`,
      `UPDATE email_mailboxes SET thread_id = thread_id + 1 WHERE email_id = ${nth(2)}`,
    ],
    found: { 'list-copies-wrong': 2 },
  },
  {
    name: 'messages in the thread of another',
    statements: [
      `UPDATE emails SET thread_id = (SELECT thread_id FROM emails WHERE id = ${nth(1)}) WHERE id = ${nth(20)}`,
      `UPDATE email_mailboxes SET thread_id = (SELECT thread_id FROM emails WHERE id = ${nth(1)}) WHERE email_id = ${nth(20)}`,
    ],
    found: { 'threads-different': 1 },
  },
  {
    name: 'a thread deleted',
    statements: [`DELETE FROM threads WHERE id = (SELECT thread_id FROM emails WHERE id = ${nth(1)})`],
    found: { 'rows-without-owner': 1, 'list-copies-wrong': 1, 'threads-different': 1 },
  },
  {
    name: 'a mailbox deleted, its messages nowhere',
    statements: [
      `DELETE FROM email_mailboxes WHERE mailbox_id = ${mailbox('archive')}`,
      `DELETE FROM mailboxes WHERE role = 'archive'`,
    ],
    found: { 'mailboxes-missing': 1, 'places-different': 10 },
  },
  {
    name: 'a mailbox renamed, and one invented',
    statements: [
      `UPDATE mailboxes SET name = 'Wrong' WHERE role = 'archive'`,
      `UPDATE mailboxes SET role = NULL WHERE role = 'trash'`,
      `INSERT INTO mailboxes (account_id, remote_id, name, sort_order, is_subscribed, rights, server_total, server_unread)
       VALUES ('account-1', 'invented', 'Invented', 0, 1, 31, 0, 0)`,
    ],
    found: { 'mailboxes-different': 2, 'mailboxes-extra': 1 },
  },
  {
    name: 'the checkpoints deleted, and a flag wrong',
    statements: ['DELETE FROM sync_state', `UPDATE emails SET flags = 256, server_flags = 256 WHERE id IN ${inInbox}`],
    found: { 'checkpoint-lost': 2, 'keywords-different': 15, 'counts-wrong': 0 },
  },
  {
    name: 'the checkpoint of messages deleted',
    statements: [
      `DELETE FROM sync_state WHERE resource_type = 'Email'`,
      `DELETE FROM email_mailboxes WHERE email_id = ${nth(1)}`,
    ],
    found: { 'checkpoint-lost': 1, 'places-different': 1 },
  },
  {
    name: 'a change of a message that is not here',
    statements: [
      `INSERT INTO pending_changes (account_id, resource_type, resource_id, change_type, payload, created_at)
       VALUES ('account-1', 'Email', '99999', 'keywords', '{"type":"keywords","add":["$seen"],"remove":[]}', 1)`,
    ],
    found: { 'changes-without-message': { found: 1, left: 1 } },
  },
];

describe.each(servers)('check and repair on $name (S39)', ({ start }) => {
  let server: Server;
  let other: OtherClient;
  let account: SyncedAccount;
  let ids: string[];

  beforeAll(async () => {
    server = await start();
    other = otherClient(await connectJmap(server));
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await other.reset();
    const inbox = await other.jmap.mailboxByRole('inbox');
    const archive = await other.jmap.mailboxByRole('archive');
    ids = [
      ...(await other.add(inbox.id, 30, (n) => (n % 2 === 0 ? { keywords: { $seen: true, $answered: true } } : {}))),
      ...(await other.add(archive.id, 10, () => ({ keywords: { $flagged: true, project: true } }))),
    ];
    account = await openSyncedAccount(server);
    await account.syncAll();
    return () => account.close();
  });

  const sameAsServer = (): Promise<void> => compareWithServer(account.db, account.accountId, other.jmap);
  const allEmails = ({ mail }: MailDb): EmailId[] => mail.all('SELECT id FROM emails', [], (row) => row[0] as EmailId);

  it.each(damages)('finds and mends exactly: $name', async ({ statements, found }) => {
    const { db, backend } = account;
    const before = new Set(allEmails(db));
    const bodies = keepBodies(db, [...before].slice(20));
    damage(db, ...statements);
    const expected = Object.fromEntries(Object.entries(found).filter(([, count]) => count !== 0));
    expect(await check(db, backend)).toEqual(expected);
    await sameAsServer();
    bodies();
    const again = await check(db, backend);
    delete again['changes-without-message'];
    expect(again).toEqual({});
    expect(account.warnings).toEqual([]);
  });

  it('S1: replays what waits over the mended base, and keeps the queue', async () => {
    const { db, backend, key } = account;
    const [first = '', second = ''] = ids;
    account.act(first, keywords(['$flagged']));
    account.act(second, keywords(['waiting'], ['$seen']));
    const queue = listChanges(db);
    damage(
      db,
      `UPDATE emails SET flags = 256, server_flags = 256, pending = 0 WHERE id IN (${key(first)}, ${key(second)})`,
      `UPDATE emails SET keywords = '' WHERE id = ${key(second)}`,
    );
    expect(await check(db, backend)).toEqual({ 'shown-wrong': 2, 'keywords-different': 1 });
    expect(listChanges(db)).toEqual(queue);
    expect(getEmailDetails(db, key(first))).toMatchObject({
      keywords: ['$answered', '$flagged', '$seen'],
      pending: 'pending',
    });
    expect(getEmailDetails(db, key(second))).toMatchObject({ keywords: ['waiting'], pending: 'pending' });
    await account.drain();
    await account.cycle();
    await sameAsServer();
  });

  it('takes what others did meanwhile for news, not for damage', async () => {
    const { db, backend } = account;
    const inbox = await other.jmap.mailboxByRole('inbox');
    await other.add(inbox.id, 3);
    await other.update({ [ids[0] ?? '']: { 'keywords/$flagged': true } });
    await other.destroy([ids[5] ?? '']);
    expect(await check(db, backend)).toEqual({});
    await sameAsServer();
  });

  it('S9: deletes nothing that has a waiting change, and says so', async () => {
    const { db, backend } = account;
    damage(db, `UPDATE emails SET remote_id = 'gone' WHERE id = ${nth(3)}`);
    account.act('gone', keywords(['$flagged']));
    const queue = listChanges(db);
    expect(await check(db, backend)).toEqual({ 'emails-missing': 1, 'emails-extra': { found: 1, left: 1 } });
    expect(listChanges(db)).toEqual(queue);
  });
});
