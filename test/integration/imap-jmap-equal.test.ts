import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getEmailRef } from '../../src/db/emails';
import { unpackKeywords } from '../../src/db/keyword-columns';
import type { MailDb } from '../../src/db/mail-db';
import { listMailboxes } from '../../src/db/mailboxes';
import { listMessages, threadMessages } from '../../src/db/message-lists';
import type { EmailBody, MessageRow } from '../../src/model/email';
import type { AccountId, EmailId } from '../../src/model/ids';
import { inDisplayOrder } from '../../src/model/mailbox-tree';
import type { Backend } from '../../src/sync/backend';
import { startCyrus, type CyrusServer } from '../servers/cyrus';
import { startDovecot } from '../servers/dovecot';
import { mimeShapes } from '../servers/mime-shapes';
import { connectRawImap, type RawImap } from '../servers/raw-imap';
import { seedImap } from '../servers/seed';
import { users } from '../servers/users';
import { never, openImapAccount, type ImapAccount } from '../support/imap-account';
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

/** Each message's preview, by Message-ID. Every server and we cut it at a place of our own, and Cyrus then adds `...`. */
function previews({ mail }: MailDb): Map<string, string> {
  const rows = mail.all('SELECT message_id, preview FROM emails', [], (row) => [row[0] as string, row[1] as string]);
  return new Map(rows.map(([id = '', preview = '']) => [id, preview.replace(/\.\.\.$/, '')]));
}

async function appendShapes(raw: RawImap): Promise<void> {
  for (const [index, { raw: message }] of mimeShapes.entries()) {
    const data = Buffer.from(message);
    // A minute each: where two came in the same second, either may stand first.
    const date = `02-Nov-2026 12:${String(index).padStart(2, '0')}:00 +0000`;
    await raw.send([`APPEND INBOX () "${date}" {${data.length}+}\r\n`, data]);
  }
}

/** A row as a person sees it: of which mailbox and message it is, not by our keys. */
function shownRow(
  { mail }: MailDb,
  { emailId, threadId: _thread, preview: _preview, mailboxId, ...row }: MessageRow,
): object {
  const name = (sql: string, id: number) => mail.get(sql, [id], ([found]) => found);
  const mailbox = name('SELECT name FROM mailboxes WHERE id = ?', mailboxId);
  return { messageId: name('SELECT message_id FROM emails WHERE id = ?', emailId), mailbox, ...row };
}

/** All pages of each mailbox's list, and the thread of each row. */
function shownLists(db: MailDb): Record<string, object[]> {
  const lists = shownTree(db).map(({ id, name }): [string, object[]] => {
    const rows: MessageRow[] = [];
    for (let after = null, more = true; more;) {
      const page: ReturnType<typeof listMessages> = listMessages(db, [id], after, 40);
      rows.push(...page.rows);
      after = page.next;
      more = after !== null;
    }
    const thread = (row: MessageRow) => threadMessages(db, row.threadId, null).map((one) => shownRow(db, one));
    return [name, rows.map((row) => ({ ...shownRow(db, row), thread: thread(row) }))];
  });
  return Object.fromEntries(lists);
}

const shownTree = (db: MailDb) => inDisplayOrder(listMailboxes(db), ['account-1' as AccountId]);

const emailKey = ({ mail }: MailDb, name: string): EmailId => {
  const sql = 'SELECT id FROM emails WHERE message_id = ?';
  const id = mail.get(sql, [`${name}@shapes.example`], (row) => row[0] as EmailId);
  if (id === undefined) throw new Error(`no message ${name} here`);
  return id;
};

/** A body without what each protocol has its own way of naming and counting. */
async function shownBody({ db, backend }: { db: MailDb; backend: Backend }, name: string) {
  const email = getEmailRef(db, emailKey(db, name));
  if (email === undefined) throw new Error(`no message ${name} here`);
  const body: EmailBody = await backend.fetchBody(email, never);
  const attachments = body.attachments.map(({ partId: _id, blobId: _blob, size: _size, ...shown }) => shown);
  return { ...body, attachments };
}

describe('the same mailbox of Cyrus by JMAP and by IMAP (S5)', () => {
  let server: CyrusServer;
  let jmap: SyncedAccount;
  let imap: ImapAccount;

  beforeAll(async () => {
    server = await startCyrus();
    const login = { port: server.imapPort, user: alice.email, password: alice.password };
    await seedImap({ ...login, count: 300 });
    const raw = await connectRawImap(login);
    await appendShapes(raw);
    for (const name of ['Lists', 'Projects', 'Projects/Gr&APYA3w-e', 'Box 10', 'Box 9', 'archiv', '&AMQ-lteres'])
      await raw.command(`CREATE "${name}"`);
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

  it('gives the same tree of mailboxes, in the same order', () => {
    const order = ({ db }: { db: MailDb }) => {
      const tree = shownTree(db);
      const names = new Map(tree.map(({ id, name }) => [id, name]));
      return tree.map(({ name, parentId }) => (parentId === null ? name : `${names.get(parentId)}/${name}`));
    };
    expect(order(imap)).toEqual(order(jmap));
    expect(order(imap)).toContain('Projects/Größe');
  });

  it('gives the same lists, folded, with the same threads below their rows', () => {
    const [ofImap, ofJmap] = [shownLists(imap.db), shownLists(jmap.db)];
    expect(ofImap.Inbox?.length).toBeGreaterThan(100);
    expect(ofImap).toEqual(ofJmap);
  });

  it.each(mimeShapes.map(({ name }) => name))('gives the same to read of a message that is %s', async (name) => {
    expect(await shownBody(imap, name)).toEqual(await shownBody(jmap, name));
  });

  it('gives previews of the same text, and of every message that has one', () => {
    const [ofImap, ofJmap] = [previews(imap.db), previews(jmap.db)];
    const differing = [...ofImap].filter(([id, one]) => {
      const other = ofJmap.get(id) ?? '';
      const isBeginning = one.startsWith(other) || other.startsWith(one);
      return !isBeginning || (one === '') !== (other === '');
    });
    expect(differing.map(([id, one]) => [id, one, ofJmap.get(id)])).toEqual([]);
    expect([...ofJmap.values()].filter((preview) => preview.length > 40).length).toBeGreaterThan(280);
    expect([...ofJmap.values(), ...ofImap.values()].filter((preview) => /<\/?\w+>|&\w+;/.test(preview))).toEqual([]);
  });

  it('gives the same threads', () => {
    expect(threads(imap.db)).toEqual(threads(jmap.db));
  });

  it('gives the same threads of a server that has none', async () => {
    const dovecot = await startDovecot();
    const login = { port: dovecot.imapPort, user: alice.email, password: alice.password };
    try {
      await seedImap({ ...login, count: 300 });
      await appendShapes(await connectRawImap(login));
      const account = await openImapAccount(login);
      await account.syncAll();
      expect(threads(account.db)).toEqual(threads(jmap.db));
      account.close();
    } finally {
      await dovecot.stop();
    }
  });
});
