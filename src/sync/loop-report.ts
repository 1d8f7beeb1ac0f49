import type { LogEntry } from '../db/sync-log';
import type { AccountStatus } from '../model/account';
import type { AccountId } from '../model/ids';
import type { Traffic } from './backend';
import { asSyncError } from './loop-error';
import type { SyncError } from './sync-error';
import { startTimer, type TrafficTimer } from './traffic-timer';

export interface LoopListeners {
  readonly onStatus: (status: AccountStatus) => void;
  readonly log: (entry: LogEntry) => void;
}

/** What an account's loop tells of itself: the status that is on screen, and the sync log (S38). */
export class LoopReport {
  private current: AccountStatus = { state: 'connecting' };

  constructor(
    private readonly listeners: LoopListeners,
    private readonly accountId: AccountId,
    private readonly traffic: Traffic,
    /** The loop's end: what fails because of it is not told. */
    private readonly stopped: AbortSignal,
  ) {}

  get status(): AccountStatus {
    return this.current;
  }

  setStatus(status: AccountStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.current)) return;
    this.current = status;
    this.listeners.onStatus(status);
  }

  /** Why there is no connection. */
  setDisconnected(error: SyncError): void {
    if (this.stopped.aborted) return;
    const details = `${error.reason}: ${error.details || error.message}`;
    if (error.reason === 'auth') this.setStatus({ state: 'signed-out', message: error.message, details });
    else if (error.reason === 'offline' || error.reason === 'host-not-found')
      this.setStatus({ state: 'offline', message: error.message, details });
    else this.setStatus({ state: 'trouble', message: error.message, details });
  }

  startTimer(): TrafficTimer {
    return startTimer(this.accountId, this.traffic);
  }

  log(entry: LogEntry): void {
    this.listeners.log(entry);
  }

  logError(timer: TrafficTimer, kind: string, thrown: unknown): void {
    const error = asSyncError(thrown);
    if (this.stopped.aborted || error.reason === 'cancelled') return;
    const details = { reason: error.reason, error: error.details };
    this.log(timer.entry(error.isTransient ? 'warning' : 'error', kind, error.message, details));
  }
}
