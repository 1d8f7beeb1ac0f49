import type { AccountStatus } from '../model/account';
import type { AccountFindings } from '../model/findings';
import type { AccountId, MailboxId } from '../model/ids';
import type { MailDb } from '../db/mail-db';
import { Backoff } from './backoff';
import type { Backend } from './backend';
import { CheckDesk } from './check-desk';
import { describeFindings } from './describe-findings';
import { keepListening } from './keep-listening';
import { keepSending } from './keep-sending';
import { asSyncError } from './loop-error';
import { LoopReport, type LoopListeners } from './loop-report';
import { defaultTiming, type LoopTiming } from './loop-timing';
import { ServerQuiet } from './server-quiet';
import { watchSavedChanges } from './saved-changes-watch';
import { Deferred, WakeUp } from './signals';
import { SyncError } from './sync-error';

export interface LoopOptions extends LoopListeners {
  readonly accountId: AccountId;
  readonly db: MailDb;
  readonly createBackend: () => Backend;
  readonly timing?: Partial<LoopTiming>;
}

/**
 * Keeps one account in sync, until it is stopped:
 *
 *     connect ─► cycle ─► backfill, page by page ─► wait (push, poll, wake) ─► cycle …
 *        ▲         │ SyncError                          beside it, once connected:
 *        └─ back off ◄──┘   auth: signed out, stops       outbox: wait for a change ─► drain
 *                                                         push:   listen ─► wake the cycle
 *
 * Any wait ends at once by `wake()`: an action, "Sync now", the network's return (S29).
 */
export class AccountLoop {
  private readonly stopper = new AbortController();
  private readonly cycleDue = new WakeUp();
  /** Somebody wants it now: the only thing that skips a back-off. A push that comes back does not (that would be a storm). */
  private readonly retryNow = new WakeUp();
  private readonly outboxDue = new WakeUp();
  private readonly pushDue = new WakeUp();
  private readonly timing: LoopTiming;
  private readonly checks: CheckDesk;
  private readonly quiet: ServerQuiet;
  private readonly backend: Backend;
  private readonly report: LoopReport;
  /** Of the connection, the outbox and the push, by whose failures they wait. */
  private readonly backoffs: Readonly<Record<'session' | 'send' | 'push', Backoff>>;
  private readonly lookAfterSaved: () => void;
  private readonly running: Promise<void>;
  private connected = false;
  private lastError: SyncError | null = null;
  private pushing = false;
  private connection = new Deferred();

  constructor(private readonly options: LoopOptions) {
    this.timing = { ...defaultTiming, ...options.timing };
    this.checks = new CheckDesk(options.db, options.accountId, this.timing.check);
    const backoff = (): Backoff => new Backoff(this.timing.backoff);
    this.backoffs = { session: backoff(), send: backoff(), push: backoff() };
    this.quiet = new ServerQuiet(this.timing.clocks);
    this.backend = options.createBackend();
    this.report = new LoopReport(options, options.accountId, this.backend.traffic, this.stopper.signal);
    this.lookAfterSaved = watchSavedChanges(options.db, options.accountId, this.backend, () => this.outboxDue.raise());
    this.outboxDue.raise();
    this.running = this.run();
  }

  get capabilities(): readonly string[] {
    return this.backend.capabilities;
  }

  get status(): AccountStatus {
    return this.report.status;
  }

  /** A cycle at once, whatever is being waited for. */
  wake(): void {
    this.quiet.look();
    this.cycleDue.raise();
    this.retryNow.raise();
    this.outboxDue.raise();
  }

  /**
   * The machine slept, or its network changed (S26): whatever is dead is replaced at once, without a back-off. A network
   * is often not ready by then, so the tries that follow are close together again.
   */
  wokeUp(): void {
    for (const backoff of Object.values(this.backoffs)) backoff.wokeUp();
    this.backend.doubtConnections();
    this.pushDue.raise();
    this.wake();
  }

  /** Something was queued: sent at once, not with the next cycle. */
  wakeOutbox(): void {
    this.outboxDue.raise();
    this.retryNow.raise();
  }

  focus(mailboxId: MailboxId | null): void {
    this.backend.focus(mailboxId);
  }

  /** The backend once it is connected; fails with the reason why it is not, after one try. */
  async whenConnected(signal: AbortSignal): Promise<Backend> {
    if (this.connected) return this.backend;
    if (this.lastError !== null && this.quiet.left > 0) throw this.lastError;
    this.retryNow.raise();
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new SyncError('cancelled', 'Cancelled.')), { once: true });
    });
    await Promise.race([this.connection.promise, aborted]);
    return this.backend;
  }

  /** S39: compares all with the server as soon as what is under way has ended. */
  async check(signal: AbortSignal): Promise<AccountFindings> {
    await this.whenConnected(signal);
    const result = this.checks.ask(signal);
    this.cycleDue.raise();
    return await result;
  }

  /** Stops at once: whatever is under way is aborted, and nothing is written after it returns. */
  async stop(): Promise<void> {
    this.stopper.abort(new SyncError('cancelled', 'Stopped.'));
    this.backend.dispose();
    await this.running;
  }

  private async run(): Promise<void> {
    let last: SyncError;
    for (;;) {
      const session = new AbortController();
      const signal = AbortSignal.any([this.stopper.signal, session.signal]);
      let beside: Promise<unknown> = Promise.resolve();
      try {
        this.cycleDue.clear();
        this.retryNow.clear();
        await this.connect(signal);
        this.lastError = null;
        const fail = (error: unknown): void => session.abort(error);
        this.backoffs.send.reset();
        this.backoffs.push.reset();
        beside = Promise.all([this.send(signal).catch(fail), this.listen(signal).catch(fail)]);
        await this.runCycles(signal);
      } catch (thrown) {
        const error = asSyncError(signal.aborted ? signal.reason : thrown);
        last = this.lastError = error;
        session.abort(error);
        await beside;
        this.disconnected(error);
        if (error.reason === 'auth') break;
        this.quiet.note(error.retryAfter);
        if (await this.stoppedWithin(this.backoffs.session.next(error))) break;
      }
    }
    this.connection.reject(last);
    this.checks.refuse(last);
  }

  /** Sits out a back-off, which somebody may skip, and what the server asked for, which nobody may. */
  private async stoppedWithin(wait: number): Promise<boolean> {
    const { signal } = this.stopper;
    const waited = this.retryNow.wait(wait, signal).then(() => this.quiet.over(signal));
    return await waited.then(
      () => false,
      () => true,
    );
  }

  private async connect(signal: AbortSignal): Promise<void> {
    // While it tries again, the reason why it is not connected stays on screen.
    const { state } = this.status;
    if (state !== 'offline' && state !== 'trouble') this.report.setStatus({ state: 'connecting' });
    const timer = this.report.startTimer();
    try {
      await this.backend.connect(signal);
    } catch (error) {
      this.report.logError(timer, 'connect', error);
      throw error;
    }
    this.connected = true;
    this.connection.resolve();
    this.report.log(timer.entry('info', 'connect', 'Connected.'));
  }

  private disconnected(error: SyncError): void {
    this.connected = false;
    this.pushing = false;
    this.connection.reject(error);
    this.checks.refuse(error);
    this.connection = new Deferred();
    this.report.setDisconnected(error);
  }

  private async send(signal: AbortSignal): Promise<never> {
    const { backend, report, quiet, outboxDue, cycleDue } = this;
    const { db, accountId } = this.options;
    const { send: backoff } = this.backoffs;
    return await keepSending({ db, accountId, backend, report, quiet, backoff, outboxDue, cycleDue }, signal);
  }

  private async listen(signal: AbortSignal): Promise<void> {
    const { backend, report, quiet, pushDue, cycleDue } = this;
    const { push: backoff } = this.backoffs;
    const onPushing = (pushing: boolean): void => void (this.pushing = pushing);
    await keepListening({ backend, report, quiet, backoff, pushDue, cycleDue, onPushing }, signal);
  }

  /** Cycles and back-fill, one after the other; `wake` gets in between two pages of the back-fill. */
  private async runCycles(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.quiet.over(signal);
      this.cycleDue.clear();
      const started = performance.now();
      await (this.checks.isAsked ? this.runCheck(signal) : this.cycle(signal));
      this.lookAfterSaved();
      this.backoffs.session.reset();
      // If it returns unasked and something is still owed, a guard held (S9): again after the next wait.
      if (this.backend.needsBackfill) await this.backfill(performance.now() - started, signal);
      this.lookAfterSaved();
      if (this.cycleDue.isRaised) continue;
      this.report.setStatus({ state: 'idle' });
      const ended = await this.cycleDue.wait(this.pushing ? this.timing.pollWithPush : this.timing.poll, signal);
      // A whole wait without anything to do: idle.
      if (ended === 'timeout') this.checks.askIfDue();
    }
  }

  /** In place of a cycle, which is a part of it. */
  private async runCheck(signal: AbortSignal): Promise<void> {
    const timer = this.report.startTimer();
    const onProgress = (done: number, total: number | null): void =>
      this.report.setStatus({ state: 'checking', done, total });
    onProgress(0, null);
    try {
      const result = await this.checks.run((wanted) => this.backend.check(onProgress, wanted), signal);
      if (result === null) return;
      const { account, database } = result;
      const { level, message, details } = describeFindings([...database, ...account.findings]);
      const { mailboxes, emails } = account;
      this.report.log(timer.entry(level, 'check', message, { ...details, mailboxes, emails }));
    } catch (error) {
      this.report.logError(timer, 'check', error);
      throw error;
    }
  }

  private async cycle(signal: AbortSignal): Promise<void> {
    if (this.status.state !== 'backfilling') this.report.setStatus({ state: 'syncing' });
    const timer = this.report.startTimer();
    try {
      const report = await this.backend.syncChanges(signal);
      const { added, changed, removed, mailboxes } = report;
      const message =
        added + changed + removed + mailboxes === 0
          ? 'Nothing new.'
          : `${added} new, ${changed} changed, ${removed} gone; ${mailboxes} mailboxes.`;
      this.report.log(timer.entry('info', 'changes', message, { added, changed, removed, mailboxes }));
    } catch (error) {
      this.report.logError(timer, 'changes', error);
      throw error;
    }
  }

  /** `share`: ms that it has in any case. As long as the cycle took, or news without end would leave no time for it. */
  private async backfill(share: number, signal: AbortSignal): Promise<void> {
    const timer = this.report.startTimer();
    const started = performance.now();
    const shouldYield = (): boolean => this.cycleDue.isRaised && performance.now() - started >= share;
    const progress = { done: 0, total: null as number | null };
    const onProgress = (done: number, total: number | null): void => {
      Object.assign(progress, { done, total });
      this.lookAfterSaved();
      this.report.setStatus({ state: 'backfilling', done, total });
    };
    try {
      await this.backend.backfill({ shouldYield, onProgress }, signal);
      const message = this.backend.needsBackfill
        ? `${progress.done} of ${progress.total ?? 'an unknown number of'} messages are here; goes on.`
        : `All ${progress.done} messages are here.`;
      this.report.log(timer.entry('info', 'backfill', message, { done: progress.done }));
    } catch (error) {
      this.report.logError(timer, 'backfill', error);
      throw error;
    }
  }
}
