import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { insertAccount } from '../../src/db/accounts';
import { accountsCopyOf } from '../../src/db/accounts-copy';
import { storeEmails } from '../../src/db/emails';
import { databaseSuffixes } from '../../src/db/file-swap';
import type { MailDb } from '../../src/db/mail-db';
import { mailboxKeys, upsertMailboxes } from '../../src/db/mailboxes';
import { closeMailDb, openMailDb } from '../../src/db/open-mail-db';
import { PAGE_SIZE } from '../../src/db/open-file';
import { enqueueChange } from '../../src/db/pending-changes';
import { trustSender } from '../../src/db/trusted-senders';
import type { AccountId, EmailId, MailboxId } from '../../src/model/ids';
import { present, serverEmail, serverMailbox, testAccount } from './test-db';

/** A folder with a mail.db, and its log, as a killed engine leaves them. */
export interface MailFolder {
  readonly folder: string;
  readonly file: string;
  bytes(): Buffer;
  write(bytes: Buffer): void;
  remove(): void;
}

export const bobsAccount = { ...testAccount, id: 'account-2' as AccountId, name: 'Bob', email: 'bob@example.test' };
export const counts = { messages: 400, changes: 180 };

/** Copies a mail.db that is open, log, accounts and all, as a kill would leave it. */
export function copyRunning(from: string, to: string): void {
  for (const suffix of databaseSuffixes) {
    if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  }
  copyFileSync(accountsCopyOf(from), accountsCopyOf(to));
}

/** The first page of a table: the only one, where it is small. */
export function rootPage({ mail }: MailDb, table: string): number {
  const sql = 'SELECT rootpage FROM sqlite_schema WHERE name = ?';
  return present(mail.get(sql, [table], (row) => row[0] as number));
}

export function destroyPage(file: string, page: number): void {
  writeFileSync(file, readFileSync(file).fill(0, (page - 1) * PAGE_SIZE, page * PAGE_SIZE));
}

/** What was committed by `fill` is in the file, by `inLog` in the log only. */
export async function makeMailFolder(fill: (db: MailDb) => void, inLog: (db: MailDb) => void = () => undefined) {
  const running = mkdtempSync(path.join(tmpdir(), 'mailpane-damage-'));
  const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-damage-'));
  const db = await openMailDb(running, { onChanged: () => undefined });
  fill(db);
  db.mail.checkpoint();
  inLog(db);
  const file = path.join(folder, 'mail.db');
  copyRunning(path.join(running, 'mail.db'), file);
  closeMailDb(db);
  rmSync(running, { recursive: true });
  return {
    folder,
    file,
    bytes: () => readFileSync(file),
    write: (bytes: Buffer) => writeFileSync(file, bytes),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  } satisfies MailFolder;
}

export interface Filled {
  readonly inbox: MailboxId;
  readonly archive: MailboxId;
  readonly keys: readonly EmailId[];
}

/** Two accounts, mail, and a queue that is long enough to have pages above its rows. */
export function fillWithChanges(db: MailDb): Filled {
  for (const account of [testAccount, bobsAccount]) {
    insertAccount(db, account, account === testAccount ? 1 : 2);
    const boxes = (['inbox', 'archive'] as const).map((role) => serverMailbox(role, `${role}-${account.id}`));
    upsertMailboxes(db, account.id, boxes, true);
  }
  const boxes = mailboxKeys(db, testAccount.id);
  const inbox = present(boxes.get(`inbox-${testAccount.id}`));
  const archive = present(boxes.get(`archive-${testAccount.id}`));
  const emails = Array.from({ length: counts.messages }, (_, index) =>
    serverEmail(`M${index}`, [inbox], { receivedAt: 1_700_000_000_000 + index, preview: 'x'.repeat(index % 500) }),
  );
  storeEmails(db, testAccount.id, emails);
  const keys = db.mail.all('SELECT id FROM emails ORDER BY id', [], (row) => row[0] as EmailId);
  trustSender(db, 'newsletter@example.test', true, 1_700_000_000_000);
  return { inbox, archive, keys };
}

/** Every third change moves, the others flag. */
export function queueChanges(db: MailDb, { inbox, archive, keys }: Filled, from: number, to: number): void {
  db.mail.transaction(() => {
    for (let index = from; index < to; index++) {
      const emailId = present(keys[index * 2]);
      const intent =
        index % 3 === 0
          ? ({ type: 'mailboxes', add: [archive], remove: [inbox] } as const)
          : ({ type: 'keywords', add: ['$flagged'], remove: [] } as const);
      enqueueChange(db, { accountId: testAccount.id, emailId, intent }, 1_700_000_000_000 + index);
    }
  });
}
