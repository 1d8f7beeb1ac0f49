import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { insertAccount } from '../../src/db/accounts';
import { emailKey } from '../../src/db/emails';
import { mailboxKeys } from '../../src/db/mailboxes';
import type { MailDb } from '../../src/db/mail-db';
import { closeMailDb, openMailDb } from '../../src/db/open-mail-db';
import { replayPending } from '../../src/db/overlay';
import { enqueueChange } from '../../src/db/pending-changes';
import type { Account } from '../../src/model/account';
import type { AccountId, EmailId, MailboxId } from '../../src/model/ids';
import type { EmailIntent } from '../../src/model/pending-change';
import type { Backend, CycleReport } from '../../src/sync/backend';
import { createJmapBackend } from '../../src/sync/jmap/backend';
import { drainOutbox, type DrainReport } from '../../src/sync/outbox';

export const never = new AbortController().signal;

export interface Login {
  /** Origin of the server. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** A real database in a temporary folder, with one JMAP account that a backend keeps in sync when it is told to. */
export interface SyncedAccount {
  readonly db: MailDb;
  readonly folder: string;
  readonly account: Account;
  readonly accountId: AccountId;
  readonly secret: string;
  /** The backend of now; `restart` makes another, as after a kill. */
  readonly backend: Backend;
  /** What went to the sync log as odd. */
  readonly warnings: string[];
  restart(): Promise<void>;
  /** One cycle. */
  cycle(): Promise<CycleReport>;
  /** Cycle and back-fill until nothing is owed; fails if a doubt stays. */
  syncAll(): Promise<void>;
  /** Queues an intent and shows it, as an action does. */
  act(remoteId: string, intent: EmailIntent): void;
  drain(): Promise<DrainReport>;
  readonly key: (remoteId: string) => EmailId;
  readonly mailbox: (remoteId: string) => MailboxId;
  close(): void;
}

export async function openSyncedAccount({ url, user, password }: Login): Promise<SyncedAccount> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-sync-'));
  const db = await openMailDb(folder, { onChanged: () => undefined });
  const account: Account = {
    id: 'account-1' as AccountId,
    name: 'Alice',
    email: user,
    settings: { protocol: 'jmap', sessionUrl: `${url}/.well-known/jmap`, auth: 'basic', username: user },
  };
  const { id: accountId } = account;
  insertAccount(db, account, 1);
  const warnings: string[] = [];
  const create = (): Backend =>
    createJmapBackend({ account, secret: password, db, warn: (message) => warnings.push(message) });
  let backend = create();
  await backend.connect(never);

  const self: SyncedAccount = {
    db,
    folder,
    account,
    accountId,
    secret: password,
    get backend() {
      return backend;
    },
    warnings,
    async restart() {
      backend.dispose();
      backend = create();
      await backend.connect(never);
    },
    cycle: () => backend.syncChanges(never),
    async syncAll() {
      await backend.syncChanges(never);
      for (let rounds = 0; backend.needsBackfill && rounds < 5; rounds++) {
        await backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, never);
      }
      if (backend.needsBackfill) throw new Error(`the back-fill does not end: ${warnings.join('; ')}`);
    },
    act(remoteId, intent) {
      db.mail.transaction(() => {
        const emailId = self.key(remoteId);
        enqueueChange(db, { accountId, emailId, intent }, Date.now());
        replayPending(db, [emailId]);
      });
    },
    drain: () => drainOutbox(db, backend, accountId, never),
    key(remoteId) {
      const id = emailKey(db, accountId, remoteId);
      if (id === undefined) throw new Error(`no message ${remoteId} here`);
      return id;
    },
    mailbox(remoteId) {
      const id = mailboxKeys(db, accountId).get(remoteId);
      if (id === undefined) throw new Error(`no mailbox ${remoteId} here`);
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

export const keywords = (add: string[], remove: string[] = []): EmailIntent => ({ type: 'keywords', add, remove });
export const moved = (from: MailboxId, to: MailboxId): EmailIntent => ({
  type: 'mailboxes',
  add: [to],
  remove: [from],
});
