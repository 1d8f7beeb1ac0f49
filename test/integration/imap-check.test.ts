import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unpackKeywords } from '../../src/db/keyword-columns';
import { getEmailDetails } from '../../src/db/message-lists';
import { listChanges } from '../../src/db/pending-changes';
import type { EmailId } from '../../src/model/ids';
import { connectRawImap, type RawImap } from '../servers/raw-imap';
import { seedImap } from '../servers/seed';
import { users } from '../servers/users';
import { check, damage, keepBodies, type Found } from '../support/check-account';
import { openImapAccount, type ImapAccount } from '../support/imap-account';
import { inconsistencies, localLines, serverLines } from './imap-compare';
import { suiteServers, type SuiteServer } from './imap-servers';

const { alice } = users;

/** Of INBOX, by UID; each stands nowhere else. */
const nth = (n: number): string =>
  `(SELECT email_id FROM imap_messages WHERE mailbox_id = ${mailbox('INBOX')} ORDER BY uid LIMIT 1 OFFSET ${n})`;
const mailbox = (path: string): string => `(SELECT id FROM mailboxes WHERE remote_id = '${path}')`;
const checkpoint = (path: string): string => `DELETE FROM sync_state WHERE resource_type = 'IMAP:' || ${mailbox(path)}`;
const invented = (n: number): string =>
  `INSERT INTO emails (account_id, remote_id, thread_id, received_at, has_attachment, flags, keywords, server_flags,
     server_keywords, subject, addresses, preview, size, message_id, in_reply_to, message_references)
   SELECT account_id, 'invented-${n}', thread_id, 1, 0, 256, '', 256, '', 'Invented', '{}', '', 1, 'invented-${n}', '', ''
   FROM emails WHERE id = ${nth(n)}`;
const inventedId = (n: number): string => `(SELECT id FROM emails WHERE message_id = 'invented-${n}')`;

/** What somebody did to the database, and what a check has to say of it. */
const damages: { name: string; statements: string[]; found: Found }[] = [
  { name: 'nothing', statements: [], found: {} },
  {
    name: 'messages deleted',
    statements: [
      `DELETE FROM email_mailboxes WHERE email_id IN (${nth(2)}, ${nth(3)})`,
      `CREATE TEMP TABLE chosen AS SELECT ${nth(2)} AS id UNION SELECT ${nth(3)}`,
      'DELETE FROM imap_messages WHERE email_id IN (SELECT id FROM chosen)',
      'DELETE FROM emails WHERE id IN (SELECT id FROM chosen)',
      'DROP TABLE chosen',
    ],
    found: { 'emails-missing': 2 },
  },
  {
    name: 'places on the server deleted',
    statements: [`DELETE FROM imap_messages WHERE email_id IN (${nth(4)}, ${nth(9)})`],
    found: { 'places-different': 2 },
  },
  {
    name: 'places of the lists deleted',
    statements: [`DELETE FROM email_mailboxes WHERE email_id IN (${nth(4)}, ${nth(9)})`],
    found: { 'places-different': 2 },
  },
  {
    name: 'flags of the copies',
    statements: [`UPDATE imap_messages SET keywords = 'made-up' WHERE email_id IN (${nth(5)}, ${nth(6)})`],
    found: { 'keywords-different': 2 },
  },
  {
    name: 'flags of the messages',
    statements: [`UPDATE emails SET server_flags = 263, flags = 263 WHERE id IN (${nth(5)}, ${nth(6)})`],
    found: { 'keywords-different': 2 },
  },
  {
    name: 'what is shown',
    statements: [`UPDATE emails SET flags = 262 WHERE id IN (${nth(5)}, ${nth(6)})`],
    found: { 'shown-wrong': 2 },
  },
  {
    name: 'messages in another mailbox, under a number that is none',
    statements: [
      `UPDATE imap_messages SET mailbox_id = ${mailbox('Trash')}, uid = uid + 5000 WHERE email_id = ${nth(7)}`,
    ],
    found: { 'places-different': 1 },
  },
  {
    name: 'the numbers of two messages swapped',
    statements: [
      `CREATE TEMP TABLE swapped AS SELECT ${nth(7)} AS a, ${nth(8)} AS b`,
      `UPDATE imap_messages SET email_id = CASE email_id WHEN (SELECT a FROM swapped) THEN (SELECT b FROM swapped)
         ELSE (SELECT a FROM swapped) END WHERE email_id IN (SELECT a FROM swapped UNION SELECT b FROM swapped)`,
      'DROP TABLE swapped',
    ],
    found: { 'emails-mistaken': 2 },
  },
  {
    name: 'messages that the server does not have',
    statements: [
      invented(1),
      invented(2),
      `INSERT INTO imap_messages VALUES (${mailbox('INBOX')}, 90001, ${inventedId(1)}, '')`,
      `INSERT INTO email_mailboxes (email_id, mailbox_id, on_server, shown, received_at, thread_id) SELECT id, ${mailbox('INBOX')}, 1, 1, received_at, thread_id FROM emails
         WHERE id IN (${inventedId(1)}, ${inventedId(2)})`,
    ],
    found: { 'emails-extra': 2 },
  },
  {
    name: 'counters and what the lists sort by',
    statements: [
      `UPDATE mailboxes SET total = total + 7, unread = 3 WHERE remote_id = 'Archive'`,
      `UPDATE email_mailboxes SET received_at = 5 WHERE email_id = ${nth(1)}`,
    ],
    found: { 'counts-wrong': 1, 'list-copies-wrong': 1 },
  },
  {
    name: 'a mailbox deleted, its messages nowhere',
    statements: [
      `DELETE FROM email_mailboxes WHERE mailbox_id = ${mailbox('Archive')}`,
      `DELETE FROM imap_messages WHERE mailbox_id = ${mailbox('Archive')}`,
      `DELETE FROM mailboxes WHERE remote_id = 'Archive'`,
    ],
    found: { 'mailboxes-missing': 1, 'rows-without-owner': 1, 'places-different': 20 },
  },
  {
    name: 'a mailbox renamed, and one invented',
    statements: [
      `UPDATE mailboxes SET name = 'Wrong' WHERE remote_id = 'Archive'`,
      `INSERT INTO mailboxes (account_id, remote_id, name, sort_order, is_subscribed, rights, server_total, server_unread)
       VALUES ('account-1', 'invented', 'Invented', 0, 1, 31, 0, 0)`,
    ],
    found: { 'mailboxes-different': 1, 'mailboxes-extra': 1 },
  },
  { name: 'the checkpoint of a mailbox deleted', statements: [checkpoint('INBOX')], found: { 'checkpoint-lost': 1 } },
  {
    name: 'every checkpoint deleted, and flags wrong',
    statements: ['DELETE FROM sync_state', `UPDATE emails SET flags = 263, server_flags = 263 WHERE id = ${nth(5)}`],
    found: { 'checkpoint-lost': 2, 'keywords-different': 1 },
  },
];

describe.each(suiteServers)('check and repair on $name (S39)', (entry) => {
  let server: SuiteServer;
  let raw: RawImap;
  let account: ImapAccount;
  const login = () => ({ port: server.imapPort, user: alice.email, password: alice.password });

  beforeAll(async () => {
    server = await entry.start();
    raw = await connectRawImap(login());
    for (const box of ['Trash', 'Archive']) await raw.command(`CREATE "${box}"`).catch(() => []);
    await seedImap({ ...login(), count: 60 });
    await raw.command('SELECT INBOX');
    await raw.command('UID STORE 1:60 FLAGS (\\Flagged)');
    await raw.command('UID STORE 30:40 +FLAGS (\\Seen project)');
    await raw.command('UID MOVE 41:60 Archive');
    await raw.command('CLOSE');
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    account = await openImapAccount({ ...login(), tuning: entry.tuning });
    await account.syncAll();
    return () => account.close();
  });

  const expectSame = async (): Promise<void> => {
    expect(localLines(account.db)).toEqual(await serverLines(login()));
    expect(inconsistencies(account.db)).toEqual([]);
  };

  it.each(damages)('finds and mends exactly: $name', async ({ statements, found }) => {
    const { db, backend } = account;
    const ids = db.mail.all('SELECT id FROM emails ORDER BY id', [], (row) => row[0] as EmailId);
    damage(db, ...statements);
    const left = new Set(db.mail.all('SELECT id FROM emails', [], (row) => row[0] as EmailId));
    const bodies = keepBodies(
      db,
      ids.filter((id) => left.has(id)),
    );
    expect(await check(db, backend)).toEqual(found);
    await account.syncAll();
    await expectSame();
    bodies();
    expect(await check(db, backend)).toEqual({});
    expect(account.warnings).toEqual([]);
  });

  it('S1: replays what waits over the mended base, and keeps the queue', async () => {
    const { db, backend } = account;
    const [id] = db.mail.all(`SELECT ${nth(10)}`, [], (row) => row[0] as EmailId);
    if (id === undefined) throw new Error('no message');
    account.act(id, { type: 'keywords', add: ['waiting'], remove: ['$flagged'] });
    const queue = listChanges(db);
    damage(
      db,
      `DELETE FROM imap_messages WHERE email_id = ${id}`,
      `UPDATE emails SET flags = 256, server_flags = 256, keywords = '', pending = 0 WHERE id = ${id}`,
    );
    expect(await check(db, backend)).toEqual({ 'shown-wrong': 1, 'places-different': 1 });
    expect(listChanges(db)).toEqual(queue);
    expect(getEmailDetails(db, id)).toMatchObject({ keywords: ['waiting'], pending: 'pending' });
    const base = db.mail.get('SELECT server_flags, server_keywords FROM emails WHERE id = ?', [id], (row) =>
      unpackKeywords(row[0] as number, row[1] as string),
    );
    expect(base).toEqual(['$flagged']);
    account.act(id, { type: 'keywords', add: ['$flagged'], remove: ['waiting'] });
    await account.drain();
    await account.cycle();
    await expectSame();
  });

  it('takes new mail for news, not for damage', async () => {
    await seedImap({ ...login(), count: 3 });
    expect(await check(account.db, account.backend)).toEqual({});
    await expectSame();
  });
});
