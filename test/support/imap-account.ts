import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { insertAccount } from '../../src/db/accounts';
import { storedMailboxes } from '../../src/db/imap-mailboxes';
import type { MailDb } from '../../src/db/mail-db';
import { closeMailDb, openMailDb } from '../../src/db/open-mail-db';
import { replayPending } from '../../src/db/overlay';
import { enqueueChange } from '../../src/db/pending-changes';
import type { Account } from '../../src/model/account';
import type { AccountId, EmailId, MailboxId } from '../../src/model/ids';
import type { EmailIntent } from '../../src/model/pending-change';
import type { Backend, CycleReport } from '../../src/sync/backend';
import { createImapBackend, type ImapTuning } from '../../src/sync/imap/backend';
import { drainOutbox, type DrainReport } from '../../src/sync/outbox';

export const never = new AbortController().signal;

export interface ImapLogin {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly tuning?: ImapTuning;
}

/** A real database in a temporary folder, with one IMAP account that a backend keeps in sync when it is told to. */
export interface ImapAccount {
  readonly db: MailDb;
  readonly folder: string;
  readonly account: Account;
  readonly accountId: AccountId;
  readonly backend: Backend;
  readonly warnings: string[];
  /** Another backend over the same database, as after a kill. */
  restart(tuning?: ImapTuning): Promise<void>;
  cycle(): Promise<CycleReport>;
  /** Cycle and back-fill until nothing is owed. */
  syncAll(): Promise<void>;
  act(emailId: EmailId, intent: EmailIntent): void;
  drain(): Promise<DrainReport>;
  mailbox(path: string): MailboxId;
  /** The one message with this subject. */
  email(subject: string): EmailId;
  close(): void;
}

export async function openImapAccount(login: ImapLogin): Promise<ImapAccount> {
  const account = await prepareImapAccount(login);
  await account.backend.connect(never);
  return account;
}

/** The same, not yet connected. */
export async function prepareImapAccount({ port, user, password, tuning = {} }: ImapLogin): Promise<ImapAccount> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-imap-'));
  const db = await openMailDb(folder, { onChanged: () => undefined });
  const server = { host: '127.0.0.1', port, security: 'none', pinnedCertificate: null } as const;
  const account: Account = {
    id: 'account-1' as AccountId,
    name: 'Alice',
    email: user,
    settings: { protocol: 'imap', imap: server, smtp: null, username: user },
  };
  const { id: accountId } = account;
  insertAccount(db, account, 1);
  const warnings: string[] = [];
  const warn = (message: string, details?: string): void => void warnings.push(`${message} ${details ?? ''}`.trim());
  const create = (tuned: ImapTuning): Backend => createImapBackend({ account, secret: password, db, warn }, tuned);
  let backend = create(tuning);

  const self: ImapAccount = {
    db,
    folder,
    account,
    accountId,
    get backend() {
      return backend;
    },
    warnings,
    async restart(tuned = tuning) {
      backend.dispose();
      backend = create(tuned);
      await backend.connect(never);
    },
    cycle: () => backend.syncChanges(never),
    async syncAll() {
      await backend.syncChanges(never);
      for (let rounds = 0; backend.needsBackfill && rounds < 5; rounds++) {
        await backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, never);
        await backend.syncChanges(never);
      }
      if (backend.needsBackfill) throw new Error(`the back-fill does not end: ${warnings.join('; ')}`);
    },
    act(emailId, intent) {
      db.mail.transaction(() => {
        enqueueChange(db, { accountId, emailId, intent }, Date.now());
        replayPending(db, [emailId]);
      });
    },
    drain: () => drainOutbox(db, backend, accountId, never),
    mailbox(remoteId) {
      const found = storedMailboxes(db, accountId).find((mailbox) => mailbox.remoteId === remoteId);
      if (found === undefined) throw new Error(`no mailbox ${remoteId} here`);
      return found.id;
    },
    email(subject) {
      const ids = db.mail.all('SELECT id FROM emails WHERE subject = ?', [subject], (row) => row[0] as EmailId);
      const [id] = ids;
      if (id === undefined || ids.length > 1) throw new Error(`${ids.length} messages with the subject ${subject}`);
      return id;
    },
    close() {
      backend.dispose();
      closeMailDb(db);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return self;
}
