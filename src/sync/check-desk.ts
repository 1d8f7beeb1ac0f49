import { checkDatabase } from '../db/check-database';
import type { MailDb } from '../db/mail-db';
import { getState, setState } from '../db/sync-state';
import type { AccountFindings, Finding } from '../model/findings';
import type { AccountId } from '../model/ids';
import { SyncError } from './sync-error';

/** `resource_type` in `sync_state`: when an account was checked last, in ms since 1970. */
const checkType = 'Check';

interface Asker {
  readonly resolve: (found: AccountFindings) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Who wants an account checked (S39), and when nobody does, whether it is time. The account's loop asks here between two
 * cycles, so a check never overlaps one.
 */
export class CheckDesk {
  private readonly askers = new Set<Asker>();
  private isOwed = false;
  private running: AbortController | null = null;
  /** Monotonic (S37): a clock that is set must not bring one check after another. */
  private lastQuiet: number | null = null;

  constructor(
    private readonly db: MailDb,
    private readonly accountId: AccountId,
    /** ms between two that nobody asked for. */
    private readonly interval: number,
  ) {}

  /** The next check, or the one that runs; whoever aborts gives up waiting, and the last one ends it. */
  ask(signal: AbortSignal): Promise<AccountFindings> {
    return new Promise((resolve, reject) => {
      const asker: Asker = { resolve, reject };
      const giveUp = (): void => {
        if (!this.askers.delete(asker)) return;
        reject(new SyncError('cancelled', 'Cancelled.'));
        if (this.askers.size === 0 && !this.isOwed) this.running?.abort(new SyncError('cancelled', 'Cancelled.'));
      };
      this.askers.add(asker);
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
    });
  }

  get isAsked(): boolean {
    return this.isOwed || this.askers.size > 0;
  }

  /** Asks for one of its own where the last was long ago. An account is new at first: all of it has just been read. */
  askIfDue(): void {
    const now = performance.now();
    const last = getState(this.db, this.accountId, checkType);
    if (last === null) {
      this.note();
      return;
    }
    const isRecent = Math.abs(Date.now() - Number(last)) < this.interval;
    if (isRecent || (this.lastQuiet !== null && now - this.lastQuiet < this.interval)) return;
    this.lastQuiet = now;
    this.note(); // also if it fails: it is not tried in every cycle
    this.isOwed = true;
  }

  /** Runs it for all who wait. Null: they gave up; else throws what it failed with. `database`: looked at too, quietly. */
  async run(
    check: (signal: AbortSignal) => Promise<AccountFindings>,
    signal: AbortSignal,
  ): Promise<{ readonly database: readonly Finding[]; readonly account: AccountFindings } | null> {
    const controller = new AbortController();
    this.running = controller;
    const both = AbortSignal.any([signal, controller.signal]);
    try {
      const database = this.isOwed ? await checkDatabase(this.db, false, both) : [];
      const account = await check(both);
      this.note();
      for (const { resolve } of this.askers) resolve(account);
      return { database, account };
    } catch (error) {
      if (controller.signal.aborted && !signal.aborted) return null;
      for (const { reject } of this.askers) reject(error);
      throw error;
    } finally {
      this.askers.clear();
      this.isOwed = false;
      this.running = null;
    }
  }

  /** The account cannot be checked now. */
  refuse(error: SyncError): void {
    for (const { reject } of this.askers) reject(error);
    this.askers.clear();
    this.isOwed = false;
  }

  private note(): void {
    setState(this.db, this.accountId, checkType, String(Date.now()), Date.now());
  }
}
