/** Databases of the product's own schema with made-up mail of realistic size, kept in the cache between runs. */
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { insertAccount } from '../../src/db/accounts';
import { ChangeCollector } from '../../src/db/change-collector';
import { openDatabase, type Database } from '../../src/db/database';
import { storeEmails } from '../../src/db/emails';
import type { MailDb } from '../../src/db/mail-db';
import { PAGE_SIZE } from '../../src/db/open-file';
import { mailboxKeys, markComplete, upsertMailboxes } from '../../src/db/mailboxes';
import { mailApplicationId, mailMigrations } from '../../src/db/schema/mail';
import type { ServerEmail } from '../../src/model/email';
import type { AccountId, MailboxId } from '../../src/model/ids';
import { randomFrom } from '../storage-kill/workload';
import { allRights } from '../support/test-db';

export const accountId = 'bench' as AccountId;

/** A step of the generator below that changes what it makes gets a new number, so that old files are not used. */
const GENERATOR = 1;
const BATCH = 500;

export function openMail(file: string): Promise<Database> {
  return openDatabase(file, { applicationId: mailApplicationId, migrations: mailMigrations });
}

/** The stores' view of one file. The second file, of the bodies, plays no part in what is measured here. */
export function storesOver(mail: Database): MailDb {
  return { mail, bodies: mail, changes: new ChangeCollector(() => undefined), copyAccounts: () => undefined };
}

/** A closed file with mail of at least so many bytes, made if the cache has none. Copy it before changing it. */
export function mailFile(cache: string, bytes: number, log: (line: string) => void): Promise<string> {
  return cachedFile(cache, String(bytes), log, (_, file) => statSync(file).size >= bytes);
}

/** The same with so many messages. */
export function mailFileOf(cache: string, messages: number, log: (line: string) => void): Promise<string> {
  return cachedFile(cache, `${messages}-messages`, log, (made) => made >= messages);
}

async function cachedFile(
  cache: string,
  name: string,
  log: (line: string) => void,
  isFull: (messages: number, file: string) => boolean,
): Promise<string> {
  const schema = createHash('sha256')
    .update(JSON.stringify([mailMigrations, PAGE_SIZE]))
    .digest('hex')
    .slice(0, 12);
  const file = join(cache, `mail-${schema}-${GENERATOR}-${name}.db`);
  if (existsSync(file)) return file;
  const unfinished = `${file}.unfinished`;
  for (const suffix of ['', '-wal']) rmSync(unfinished + suffix, { force: true });
  log(`making ${file} …`);
  const mail = await openMail(unfinished);
  fill(storesOver(mail), (messages) => isFull(messages, unfinished));
  mail.close();
  renameSync(unfinished, file);
  return file;
}

function fill(db: MailDb, isFull: (messages: number) => boolean): void {
  const settings = {
    protocol: 'jmap',
    sessionUrl: 'https://mail.example/jmap',
    auth: 'basic',
    username: 'me',
  } as const;
  insertAccount(db, { id: accountId, name: 'Bench', email: 'me@mail.example', settings }, 0);
  upsertMailboxes(db, accountId, makeMailboxes(), true);
  const mailboxIds = [...mailboxKeys(db, accountId).values()];
  const random = randomFrom(1);
  let next = 0;
  while (!isFull(next)) {
    storeEmails(
      db,
      accountId,
      Array.from({ length: BATCH }, () => makeEmail(next++, mailboxIds, random)),
    );
    db.mail.checkpoint();
  }
  markComplete(db, accountId);
}

function makeMailboxes() {
  return Array.from({ length: 20 }, (_, index) => ({
    remoteId: `mailbox-${index}`,
    name: `Mailbox ${index}`,
    parentRemoteId: null,
    role: index === 0 ? ('inbox' as const) : null,
    sortOrder: index,
    isSubscribed: true,
    rights: allRights,
    totalEmails: 0,
    unreadEmails: 0,
  }));
}

const WORDS = `meeting invoice release notes question about the new schedule please review attached draft agenda for
 Monday thanks everyone patch series fails on arm regression in latest build travel plans booking confirmed your order
 has shipped weekly report numbers look good lunch tomorrow budget approval needed contract signed reminder update`
  .split(/\s+/)
  .filter((word) => word !== '');

/** Half of the mail stands in the inbox; two messages a thread on average; one in five unread; newest last. */
function makeEmail(index: number, mailboxIds: readonly MailboxId[], random: () => number): ServerEmail {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const words = (count: number): string => Array.from({ length: count }, () => pick(WORDS)).join(' ');
  const person = () => ({ name: `${pick(WORDS)} ${pick(WORDS)}`, email: `${pick(WORDS)}.${index % 997}@example.org` });
  const receivedAt = 1_600_000_000_000 + index * 60_000 + Math.floor(random() * 50_000);
  const mailboxId = random() < 0.5 ? mailboxIds[0] : pick(mailboxIds);
  return {
    remoteId: `M${index.toString(36).padStart(10, '0')}`,
    blobId: `G${index.toString(36).padStart(39, '0')}`,
    remoteThreadId: `T${Math.floor(index / 2 + random() * 20)}`,
    messageId: [`${index}.${Math.floor(random() * 1e9)}@mail.example.org`],
    inReplyTo: index % 2 ? [`${index - 1}.${Math.floor(random() * 1e9)}@mail.example.org`] : [],
    references: index % 2 ? [`${index - 1}.${Math.floor(random() * 1e9)}@mail.example.org`] : [],
    addresses: { from: [person()], sender: [], replyTo: [], to: [person(), person()], cc: [], bcc: [] },
    subject: words(6),
    sentAt: receivedAt - 1000,
    receivedAt,
    size: Math.floor(2000 + random() * 50_000),
    preview: words(32).slice(0, 200),
    hasAttachment: random() < 0.1,
    keywords: random() < 0.8 ? ['$seen'] : [],
    mailboxIds: new Set(mailboxId === undefined ? [] : [mailboxId]),
  };
}
