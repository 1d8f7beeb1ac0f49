import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase, type Database } from '../../../src/db/database';
import { mailApplicationId, mailMigrations } from '../../../src/db/schema/mail';

/** Mail in one mailbox, as a database of version 1 and 2 has it: the last is shown there by a change that waits. */
const mail = `
INSERT INTO accounts VALUES ('a', 'Alice', 'alice@example.test', '{}', 1);
INSERT INTO mailboxes (id, account_id, remote_id, name, sort_order, is_subscribed, rights, server_total, server_unread)
  VALUES (1, 'a', 'INBOX', 'Inbox', 0, 1, 31, 3, 3), (2, 'a', 'Archive', 'Archive', 0, 1, 31, 0, 0);
INSERT INTO threads (id, account_id, remote_id) VALUES (1, 'a', 't');
INSERT INTO emails (id, account_id, thread_id, received_at, has_attachment, flags, keywords, server_flags, server_keywords,
  subject, addresses, preview, size, message_id, in_reply_to, message_references)
  SELECT value, 'a', 1, value, 0, value = 2, '', 0, '', 'Subject ' || value, '{}', '', 9, '', '', '' FROM json_each('[1, 2, 3]');
INSERT INTO email_mailboxes (email_id, mailbox_id, on_server, shown, uid, received_at, thread_id)
  VALUES (1, 1, 1, 1, 101, 1, 1), (2, 1, 1, 1, NULL, 2, 1), (3, 1, 1, 0, 103, 3, 1), (3, 2, 0, 1, NULL, 3, 1);
INSERT INTO undo_actions (created_at, action, steps) VALUES (1, '{}', '[]');
`;

it.each([1, 2])('a database of version %i becomes one of today, with its mail and its counters', async (version) => {
  const directory = mkdtempSync(join(tmpdir(), 'mailpane-migrations-'));
  let database: Database | undefined;
  onTestFinished(() => {
    database?.close();
    rmSync(directory, { recursive: true });
  });
  const open = async (upTo: number): Promise<Database> => {
    database?.close();
    database = undefined;
    const options = { applicationId: mailApplicationId, migrations: mailMigrations.slice(0, upTo) };
    return (database = await openDatabase(join(directory, 'mail.db'), options));
  };
  (await open(version)).exec(mail);
  const db = await open(mailMigrations.length);
  const rows = (sql: string): readonly unknown[] => db.all(sql, [], (row) => row.join(' '));
  expect(rows('SELECT email_id, mailbox_id, on_server, shown FROM email_mailboxes ORDER BY 1, 2')).toEqual([
    '1 1 1 1',
    '2 1 1 1',
    '3 1 1 0',
    '3 2 0 1',
  ]);
  expect(rows('SELECT name, total, unread FROM mailboxes ORDER BY id')).toEqual(['Inbox 2 1', 'Archive 1 1']);
  db.run('UPDATE email_mailboxes SET shown = 1 WHERE email_id = 3 AND mailbox_id = 1');
  db.run('DELETE FROM email_mailboxes WHERE email_id = 1');
  expect(rows('SELECT name, total, unread FROM mailboxes ORDER BY id')).toEqual(['Inbox 2 1', 'Archive 1 1']);
  expect(rows('SELECT id, undone, kept, request_id IS NULL FROM undo_actions')).toEqual(['1 0 0 1']);
  expect(rows('PRAGMA integrity_check')).toEqual(['ok']);
});
