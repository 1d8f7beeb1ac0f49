import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackKeywords } from '../../src/db/keyword-columns';
import type { MailDb } from '../../src/db/mail-db';
import { listMailboxes } from '../../src/db/mailboxes';
import { startCyrus, type CyrusServer } from '../servers/cyrus';
import { startDovecot } from '../servers/dovecot';
import { connectRawImap } from '../servers/raw-imap';
import { seedImap } from '../servers/seed';
import { users } from '../servers/users';
import { openImapAccount, type ImapAccount } from '../support/imap-account';
import { openSyncedAccount, type SyncedAccount } from '../support/synced-account';

const { alice } = users;

interface Shown {
  readonly subject: string;
  readonly from: string;
  readonly keywords: string;
  readonly mailboxes: string;
  readonly receivedAt: number;
  readonly sentAt: number | null;
  readonly size: number;
  readonly hasAttachment: boolean;
  readonly messageId: string;
  readonly references: string;
}

/** What the views show of every message, by what it is and not by who told of it. */
function shownMessages({ mail }: MailDb): Shown[] {
  return mail.all(
    `SELECT subject, addresses, flags, keywords, (SELECT group_concat(name, '|') FROM (SELECT b.name FROM email_mailboxes m
       JOIN mailboxes b ON b.id = m.mailbox_id WHERE m.email_id = e.id AND m.shown = 1 ORDER BY b.name)),
       received_at, sent_at, size, has_attachment, message_id, message_references FROM emails e ORDER BY message_id`,
    [],
    (row) => ({
      subject: row[0] as string,
      from: row[1] as string,
      keywords: unpackKeywords(row[2] as number, row[3] as string).join(' '),
      mailboxes: row[4] as string,
      receivedAt: row[5] as number,
      sentAt: row[6] as number | null,
      size: row[7] as number,
      hasAttachment: row[8] === 1,
      messageId: row[9] as string,
      references: row[10] as string,
    }),
  );
}

/** Threads as sets of Message-IDs. */
function threads({ mail }: MailDb): string[] {
  const groups = new Map<number, string[]>();
  mail.all('SELECT thread_id, message_id FROM emails', [], (row) => {
    const group = groups.get(row[0] as number) ?? [];
    groups.set(row[0] as number, [...group, row[1] as string]);
  });
  return [...groups.values()].map((group) => group.sort().join(' ')).sort();
}

const shownMailboxes = (db: MailDb): unknown[] =>
  listMailboxes(db)
    .map(({ name, role, total, unread }) => ({ name, role, total, unread }))
    .sort((a, b) => a.name.localeCompare(b.name));

describe('the same mailbox of Cyrus by JMAP and by IMAP (S5)', () => {
  let server: CyrusServer;
  let jmap: SyncedAccount;
  let imap: ImapAccount;

  beforeAll(async () => {
    server = await startCyrus();
    const login = { port: server.imapPort, user: alice.email, password: alice.password };
    await seedImap({ ...login, count: 300 });
    const raw = await connectRawImap(login);
    await raw.command('CREATE "Lists"');
    await raw.command('SELECT INBOX');
    await raw.command('UID COPY 10:30 Lists');
    await raw.command('UID STORE 10:15 +FLAGS (\\Flagged)');
    await raw.command('UID STORE 20:25 -FLAGS (\\Seen)');
    await raw.command('UID MOVE 40:60 Archive');
    await raw.logout();
    jmap = await openSyncedAccount({ url: server.jmapUrl, user: alice.email, password: alice.password });
    imap = await openImapAccount(login);
    await jmap.syncAll();
    await imap.syncAll();
  });
  afterAll(async () => {
    jmap.close();
    imap.close();
    await server.stop();
  });

  it('gives the same mailboxes with the same counters', () => {
    expect(shownMailboxes(imap.db)).toEqual(shownMailboxes(jmap.db));
  });

  it('gives the same messages with the same headers, flags and mailboxes', () => {
    expect(shownMessages(imap.db)).toEqual(shownMessages(jmap.db));
  });

  it('gives the same threads', () => {
    expect(threads(imap.db)).toEqual(threads(jmap.db));
  });

  it('gives the same threads of a server that has none', async () => {
    const dovecot = await startDovecot();
    const login = { port: dovecot.imapPort, user: alice.email, password: alice.password };
    try {
      await seedImap({ ...login, count: 300 });
      const account = await openImapAccount(login);
      await account.syncAll();
      expect(threads(account.db)).toEqual(threads(jmap.db));
      account.close();
    } finally {
      await dovecot.stop();
    }
  });
});
