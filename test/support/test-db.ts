import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { insertAccount } from '../../src/db/accounts';
import { mailboxKeys, upsertMailboxes } from '../../src/db/mailboxes';
import type { MailDb } from '../../src/db/mail-db';
import { closeMailDb, openMailDb } from '../../src/db/open-mail-db';
import type { Account } from '../../src/model/account';
import type { ServerEmail } from '../../src/model/email';
import type { AccountId, MailboxId } from '../../src/model/ids';
import type { MailboxRole, ServerMailbox } from '../../src/model/mailbox';

export const testAccount: Account = {
  id: 'account-1' as AccountId,
  name: 'Alice',
  email: 'alice@example.test',
  settings: { protocol: 'jmap', sessionUrl: 'http://127.0.0.1:1/jmap', auth: 'basic', username: 'alice' },
};

const roles: readonly MailboxRole[] = ['inbox', 'archive', 'junk', 'trash'];

export interface TestDb {
  readonly db: MailDb;
  readonly folder: string;
  /** Our key of a mailbox by its role, which is its remote id too. */
  mailbox(role: string): MailboxId;
  close(): void;
}

/** A real database in a temporary folder, with one account and the mailboxes of `roles`. */
export async function openTestDb(): Promise<TestDb> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-db-'));
  const db = await openMailDb(folder, { onChanged: () => undefined });
  insertAccount(db, testAccount, 1);
  const boxes = roles.map((role) => serverMailbox(role, role));
  upsertMailboxes(db, testAccount.id, boxes, true);
  const keys = mailboxKeys(db, testAccount.id);
  return {
    db,
    folder,
    mailbox(role) {
      const id = keys.get(role);
      if (id === undefined) throw new Error(`no mailbox ${role}`);
      return id;
    },
    close() {
      closeMailDb(db);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a test knows to be there. */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('expected a value');
  return value;
}

/** Of a mailbox of one's own. */
export const allRights = {
  mayReadItems: true,
  mayAddItems: true,
  mayRemoveItems: true,
  maySetSeen: true,
  maySetKeywords: true,
};

/** A mailbox as a server would tell of it. */
export function serverMailbox(role: MailboxRole, remoteId: string): ServerMailbox {
  const place = { parentRemoteId: null, sortOrder: roles.indexOf(role) };
  return {
    remoteId,
    name: role,
    role,
    ...place,
    isSubscribed: true,
    rights: allRights,
    totalEmails: 0,
    unreadEmails: 0,
  };
}

/** A message as a server would tell of it. */
export function serverEmail(
  remoteId: string,
  mailboxes: readonly MailboxId[],
  more: Partial<ServerEmail> = {},
): ServerEmail {
  const nobody = { from: [], sender: [], replyTo: [], to: [], cc: [], bcc: [] };
  return {
    remoteId,
    blobId: `blob-${remoteId}`,
    remoteThreadId: `thread-${remoteId}`,
    messageId: [`${remoteId}@example.test`],
    inReplyTo: [],
    references: [],
    addresses: { ...nobody, from: [{ name: 'Bob', email: 'bob@example.test' }] },
    subject: `Subject of ${remoteId}`,
    sentAt: 1_000,
    receivedAt: 2_000,
    size: 100,
    preview: '',
    hasAttachment: false,
    keywords: [],
    mailboxIds: new Set(mailboxes),
    ...more,
  };
}
