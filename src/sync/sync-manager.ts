import { getAccount, listAccounts } from '../db/accounts';
import type { MailDb } from '../db/mail-db';
import { appendLog, type LogEntry } from '../db/sync-log';
import type { AccountStatus } from '../model/account';
import type { AccountFindings } from '../model/findings';
import type { AccountId } from '../model/ids';
import { AccountLoop } from './account-loop';
import type { Backend, BackendOptions } from './backend';
import { createBackend } from './create-backend';
import type { LoopTiming } from './loop-timing';
import { OnScreen, type Shown } from './on-screen';
import { WakeUp } from './signals';
import { SyncError } from './sync-error';
import { Turns } from './turns';
import { watchWakeUps } from './wake-watch';

export interface SyncManagerOptions {
  readonly db: MailDb;
  /** An account has no secret yet: somebody who has it calls `authenticate`. */
  readonly onCredentialsNeeded: (accountId: AccountId) => void;
  readonly timing?: Partial<LoopTiming>;
  /** For tests: a backend that is tuned otherwise. */
  readonly createBackend?: (options: BackendOptions) => Backend;
}

interface RunningLoop {
  readonly loop: AccountLoop;
  readonly secret: string;
}

/** ms: windows answer at once; one that does not has no secret to give. */
const secretTimeout = 5_000;

const waitingForSecret: AccountStatus = { state: 'connecting' };
const withoutSecret: AccountStatus = {
  state: 'signed-out',
  message: 'Sign in to read and send mail with this account.',
  details: 'There is no password or token for this account in the secret storage.',
};

/** Runs one loop an account. Secrets are only in memory here, and only as long as the account runs. */
export class SyncManager {
  private readonly loops = new Map<AccountId, RunningLoop>();
  /** Stopping a loop takes time: nobody else may start the account's next one meanwhile, or there are two. */
  private readonly turns = new Turns<AccountId>();
  private readonly onScreen = new OnScreen();
  private readonly startWaiters = new Map<WakeUp, AccountId>();
  private readonly statuses = new Map<AccountId, AccountStatus>();
  private readonly wakeWatch: { dispose(): void };
  private stopped = false;

  constructor(private readonly options: SyncManagerOptions) {
    this.wakeWatch = watchWakeUps(() => this.wokeUp());
  }

  /** Asks for the secrets of the accounts that do not run for want of one: at the start, and when a window comes. */
  askForMissingSecrets(): void {
    for (const { id } of listAccounts(this.options.db)) if (!this.loops.has(id)) this.askForSecret(id);
  }

  status(accountId: AccountId): AccountStatus {
    return this.statuses.get(accountId) ?? waitingForSecret;
  }

  askForSecret(accountId: AccountId): void {
    this.options.onCredentialsNeeded(accountId);
  }

  /**
   * (Re)starts an account's loop with a secret. Every window that has it answers the same question: one that runs with
   * this secret goes on. Null: this window has none, and if nobody has, the person has to sign in.
   */
  async authenticate(accountId: AccountId, secret: string | null): Promise<void> {
    await this.turns.take(accountId, async () => {
      const running = this.loops.get(accountId);
      if (secret === null) {
        if (running === undefined) this.setStatus(accountId, withoutSecret);
        return;
      }
      if (running?.secret === secret && running.loop.status.state !== 'signed-out') return;
      await this.stopLoop(accountId);
      this.startLoop(accountId, secret);
    });
  }

  /**
   * Changes an account, or removes it, while its loop stands still: nothing may go to the new server with what was begun
   * with the old one. Starts it with `secret` after that; null: with the one that a window has kept.
   */
  async change<T>(accountId: AccountId, secret: string | null, change: () => T | Promise<T>): Promise<T> {
    return await this.turns.take(accountId, async () => {
      const before = this.loops.get(accountId)?.secret ?? null;
      await this.stopLoop(accountId);
      let changed: T;
      try {
        changed = await change();
      } catch (error) {
        if (before !== null) this.startLoop(accountId, before);
        throw error;
      }
      if (secret !== null) this.startLoop(accountId, secret);
      else if (getAccount(this.options.db, accountId) !== undefined) this.askForSecret(accountId);
      return changed;
    });
  }

  private async stopLoop(accountId: AccountId): Promise<void> {
    const running = this.loops.get(accountId);
    this.loops.delete(accountId);
    this.statuses.delete(accountId);
    await running?.loop.stop();
  }

  /** A cycle now; null: of every account. */
  wake(accountId: AccountId | null): void {
    for (const [id, { loop }] of this.loops) if (accountId === null || id === accountId) loop.wake();
  }

  private wokeUp(): void {
    for (const { loop } of this.loops.values()) loop.wokeUp();
  }

  /** Changes were queued for these accounts. */
  wakeOutbox(accountIds: Iterable<AccountId>): void {
    for (const id of accountIds) this.loops.get(id)?.loop.wakeOutbox();
  }

  /** What a window shows comes first there (S24); null: nothing in particular, or the window is gone. */
  focus(window: object, shown: Shown | null): void {
    this.onScreen.show(window, shown);
    for (const [id, { loop }] of this.loops) loop.focus(this.onScreen.of(id));
  }

  /** A connected backend; SyncError `offline`, `auth`, … where there is none now. */
  async backend(accountId: AccountId, signal: AbortSignal): Promise<Backend> {
    const running = this.loops.get(accountId) ?? (await this.whenStarted(accountId, signal));
    return await running.loop.whenConnected(signal);
  }

  /** S39: compares an account with its server, between two of its cycles. */
  async check(accountId: AccountId, signal: AbortSignal): Promise<AccountFindings> {
    const running = this.loops.get(accountId) ?? (await this.whenStarted(accountId, signal));
    return await running.loop.check(signal);
  }

  /** What its server said that it can do; empty where it was not connected yet. */
  capabilities(accountId: AccountId): readonly string[] {
    return this.loops.get(accountId)?.loop.capabilities ?? [];
  }

  /** At the start of a window its secret is still on the way; an account that is signed out waits for the person. */
  private async whenStarted(accountId: AccountId, signal: AbortSignal): Promise<RunningLoop> {
    if (this.statuses.get(accountId)?.state !== 'signed-out') {
      const start = new WakeUp();
      this.startWaiters.set(start, accountId);
      await start.wait(secretTimeout, signal).finally(() => this.startWaiters.delete(start));
    }
    const running = this.loops.get(accountId);
    if (running === undefined) throw new SyncError('auth', 'Sign in to this account first.');
    return running;
  }

  /** Stops every loop at once; nothing is written after it returns. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeWatch.dispose();
    // Without a turn: what has one now starts nothing any more, and every loop is told before this gives way.
    await Promise.all([...this.loops.keys()].map((id) => this.stopLoop(id)));
    await this.turns.over();
  }

  private startLoop(accountId: AccountId, secret: string): void {
    if (this.stopped) return;
    const account = getAccount(this.options.db, accountId);
    if (account === undefined) return;
    const { db, timing, createBackend: create = createBackend } = this.options;
    const warn = (message: string, details?: string): void =>
      this.log({
        accountId: account.id,
        startedAt: Date.now(),
        duration: 0,
        level: 'warning',
        kind: 'data',
        message,
        details: details === undefined ? {} : { details },
      });
    const loop = new AccountLoop({
      accountId: account.id,
      db,
      createBackend: () => create({ account, secret, db, warn }),
      onStatus: (status) => this.setStatus(account.id, status),
      log: (entry) => this.log(entry),
      ...(timing === undefined ? {} : { timing }),
    });
    loop.focus(this.onScreen.of(account.id));
    this.loops.set(account.id, { loop, secret });
    this.setStatus(account.id, loop.status);
  }

  private setStatus(accountId: AccountId, status: AccountStatus): void {
    this.statuses.set(accountId, status);
    for (const [waiter, id] of this.startWaiters) if (id === accountId) waiter.raise();
    this.options.db.changes.note('status');
    this.options.db.changes.committed();
  }

  /** The log must not stop the mail: where it cannot be written (full disk), the loop goes on. */
  private log(entry: LogEntry): void {
    try {
      appendLog(this.options.db, entry);
    } catch {
      // The failure itself shows in the account's status as soon as mail cannot be written either.
    }
  }
}
