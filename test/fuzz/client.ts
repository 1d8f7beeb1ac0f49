import { insertAccount, listAccounts } from '../../src/db/accounts';
import type { MailDb } from '../../src/db/mail-db';
import { closeMailDb, openMailDb } from '../../src/db/open-mail-db';
import { listChanges } from '../../src/db/pending-changes';
import { readLog } from '../../src/db/sync-log';
import { undoableActions } from '../../src/db/undo-actions';
import { actionHandlers } from '../../src/engine/handlers/actions';
import { outboxHandlers } from '../../src/engine/handlers/outbox';
import type { Action, ActionTarget } from '../../src/model/action';
import type { Account, AccountSettings, AccountStatus } from '../../src/model/account';
import type { AccountId, EmailId, MailboxId, ThreadId } from '../../src/model/ids';
import type { EmailIntent } from '../../src/model/pending-change';
import type { Backend, BackendOptions } from '../../src/sync/backend';
import { createBackend } from '../../src/sync/create-backend';
import { createImapBackend, type ImapTuning } from '../../src/sync/imap/backend';
import { SyncManager } from '../../src/sync/sync-manager';
import { FuzzDisk } from './disk';
import { pictureOf, remoteIdOf, subjectOf } from './local-picture';
import type { Picture } from './picture';

/** An intent with what both sides call things. */
export interface SeenIntent {
  readonly changeId: number;
  readonly subject: string;
  readonly keywords: Readonly<Record<string, boolean>>;
  /** By the server's id. */
  readonly mailboxes: Readonly<Record<string, boolean>>;
  readonly destroy: boolean;
}

export interface Acted {
  /** Null: nothing changed. */
  readonly undoId: number | null;
  readonly intents: readonly SeenIntent[];
}

/** What can be acted on, as it is shown: by position, so that a step means the same in a replay. */
export interface Shown {
  readonly mailboxes: readonly { readonly id: MailboxId; readonly name: string }[];
  readonly messages: readonly {
    readonly emailId: EmailId;
    readonly threadId: ThreadId;
    readonly mailboxId: MailboxId;
    readonly subject: string;
  }[];
}

export type ActionName = 'keyword-on' | 'keyword-off' | 'move' | 'archive' | 'junk' | 'not-junk' | 'delete' | 'destroy';

const accountId = 'fuzz' as AccountId;

/** All in ms: a run takes well under a second, and yet meets every wait. */
const timing = { poll: 20, pollWithPush: 250, backoff: { first: 5, longest: 40 } };

/** The engine's parts under test over real files: what `openEngine` puts together, with the database in sight. */
export class FuzzClient {
  readonly disk = new FuzzDisk();
  private db!: MailDb;
  private sync!: SyncManager;
  private last = { change: 0, undo: 0 };

  constructor(
    private readonly folder: string,
    private readonly settings: AccountSettings,
    private readonly secret: string,
    private readonly tuning: ImapTuning = {},
  ) {}

  /**
   * Opens the files and starts to sync. Returns what was committed before without having been acknowledged: the kill
   * came between the commit and the answer.
   */
  async open(): Promise<Acted> {
    this.disk.mend();
    this.db = await openMailDb(this.folder, { onChanged: () => undefined, guard: this.disk.guard });
    const account: Account = { id: accountId, name: 'Fuzz', email: 'fuzz@example.test', settings: this.settings };
    if (listAccounts(this.db).length === 0) insertAccount(this.db, account, 1);
    const found = this.newIntents();
    const create = (options: BackendOptions): Backend =>
      this.settings.protocol === 'imap' ? createImapBackend(options, this.tuning) : createBackend(options);
    this.sync = new SyncManager({
      db: this.db,
      onCredentialsNeeded: () => undefined,
      timing,
      createBackend: create,
    });
    await this.sync.authenticate(accountId, this.secret);
    return found;
  }

  /** As a SIGKILL would leave the files: nothing is written any more, nothing is closed in good order. */
  kill(): void {
    this.disk.die();
    void this.sync.stop();
    this.db.mail.abandon();
    this.db.bodies.abandon();
  }

  async close(): Promise<void> {
    await this.sync.stop();
    closeMailDb(this.db);
  }

  shown(): Shown {
    return {
      mailboxes: this.db.mail.all('SELECT id, name FROM mailboxes ORDER BY id', [], (row) => ({
        id: row[0] as MailboxId,
        name: row[1] as string,
      })),
      messages: this.db.mail.all(
        `SELECT e.id, e.thread_id, m.mailbox_id, e.subject FROM emails e JOIN email_mailboxes m ON m.email_id = e.id
         WHERE m.shown = 1 ORDER BY e.subject, m.mailbox_id`,
        [],
        (row) => ({
          emailId: row[0] as EmailId,
          threadId: row[1] as ThreadId,
          mailboxId: row[2] as MailboxId,
          subject: row[3] as string,
        }),
      ),
    };
  }

  /** Throws what the engine throws: then nothing may have happened. */
  act(action: Action, targets: readonly ActionTarget[]): Acted {
    const { undoId } = this.actions['actions/apply']({ action, targets: [...targets] });
    return { ...this.newIntents(), undoId };
  }

  /** Undoes the newest action: its id, and of how many messages not, since they were moved again; null: there was none. */
  undo(): { readonly undoId: number; readonly moved: number } | null {
    const [newest] = undoableActions(this.db);
    const undone = this.actions['actions/undo']({ undoId: null });
    this.newIntents();
    return newest === undefined ? null : { undoId: newest.id, moved: undone?.moved ?? 0 };
  }

  /** What `undo` would take back. */
  newestUndo(): number | null {
    return undoableActions(this.db)[0]?.id ?? null;
  }

  retryAll(): void {
    this.outbox['outbox/retry']({ changeIds: null });
  }

  /** Everything refused, and every second of what waits; returns which changes those are. */
  discard(): readonly number[] {
    const changes = listChanges(this.db);
    const chosen = changes.filter(({ state }, index) => state === 'failed' || index % 2 === 0);
    const changeIds = chosen.map(({ id }) => id);
    this.outbox['outbox/discard']({ changeIds });
    return changeIds;
  }

  /** What waits and what was refused. */
  queue(): { readonly waiting: readonly SeenIntent[]; readonly failed: readonly SeenIntent[] } {
    const changes = listChanges(this.db);
    const seen = (state: 'failed' | 'waiting'): SeenIntent[] =>
      changes
        .filter((change) => (change.state === 'failed') === (state === 'failed'))
        .map((change) => this.toSeen(change.id, change.emailId, change.intent));
    return { waiting: seen('waiting'), failed: seen('failed') };
  }

  wake(): void {
    this.sync.wake(null);
  }

  status(): AccountStatus {
    return this.sync.status(accountId);
  }

  /** Whether nothing waits, nothing is owed, and the loop sits still. */
  isIdle(): boolean {
    const owed = this.db.mail.get(
      `SELECT 1 FROM sync_state WHERE resource_type = 'Email/reconcile' UNION ALL SELECT 1 FROM imap_unplaced`,
      [],
      () => true,
    );
    const first = this.db.mail.get('SELECT count(*) FROM sync_state', [], (row) => row[0]) !== 0;
    const waiting = listChanges(this.db).some(({ state }) => state !== 'failed');
    return first && owed !== true && !waiting && this.status().state === 'idle';
  }

  /** The newest log entries, newest last. */
  log(limit: number) {
    return readLog(this.db, { accountIds: null, levels: null, limit });
  }

  /** The database as one that knows nothing of the engine would read it. */
  read<T>(look: (db: MailDb) => T): T {
    return look(this.db);
  }

  picture(): Picture {
    return pictureOf(this.db);
  }

  private get context() {
    return { db: this.db, sync: this.sync, cacheDir: this.folder };
  }

  private get actions() {
    return actionHandlers(this.context);
  }

  private get outbox() {
    return outboxHandlers(this.context);
  }

  /** What was committed since the last look. In the same turn of the event loop as the action, so nothing is sent yet. */
  private newIntents(): Acted {
    const { change, undo } = this.last;
    const intents = listChanges(this.db)
      .filter(({ id }) => id > change)
      .map(({ id, emailId, intent }) => this.toSeen(id, emailId, intent));
    const [newest] = undoableActions(this.db);
    const undoId = newest !== undefined && newest.id > undo ? newest.id : null;
    this.last = {
      change: Math.max(change, ...intents.map(({ changeId }) => changeId)),
      undo: Math.max(undo, undoId ?? 0),
    };
    return { undoId, intents };
  }

  private toSeen(changeId: number, emailId: EmailId, intent: EmailIntent): SeenIntent {
    const both = <T>(lists: { add: readonly T[]; remove: readonly T[] }, name: (item: T) => string) =>
      Object.fromEntries([
        ...lists.remove.map((item) => [name(item), false] as const),
        ...lists.add.map((item) => [name(item), true] as const),
      ]);
    return {
      changeId,
      subject: subjectOf(this.db, emailId),
      keywords: intent.type === 'keywords' ? both(intent, (keyword) => keyword) : {},
      mailboxes: intent.type === 'mailboxes' ? both(intent, (id) => remoteIdOf(this.db, id)) : {},
      destroy: intent.type === 'destroy',
    };
  }
}
