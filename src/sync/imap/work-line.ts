import { orAborted } from '../linked-signal';
import { SyncError } from '../sync-error';
import type { ImapConnection } from './connection';

/** Who goes first where several wait: a person, then what they did, then the news, then the rest. */
export type Priority = 'read' | 'send' | 'sync' | 'backfill';
const order: readonly Priority[] = ['read', 'send', 'sync', 'backfill'];

interface Waiting {
  readonly priority: Priority;
  readonly admit: () => void;
}

/** ms between the wall clock and the monotonic one: the machine slept (S26). */
const jump = 15_000;

/**
 * The working connection of an account (S25): one piece of work at a time has it. What is read in a turn is written in
 * it too, so nothing that was sent meanwhile is overwritten by what was read before. A connection that was lost between
 * two turns, or that slept (S26), is replaced without anybody noticing.
 */
export class WorkLine {
  private connection: ImapConnection | null = null;
  private busy = false;
  private readonly waiting: Waiting[] = [];
  private lastUse = { wall: 0, monotonic: 0 };
  private isInDoubt = false;
  private readonly stopper = new AbortController();

  constructor(private readonly open: (signal: AbortSignal) => Promise<ImapConnection>) {}

  /** Somebody with a better claim waits: end the turn soon. */
  hasWaiting(than: Priority): boolean {
    return this.waiting.some(({ priority }) => order.indexOf(priority) < order.indexOf(than));
  }

  /** Of the connection of now, or the one before it. */
  get capabilities(): readonly string[] {
    return [...(this.connection?.capabilities ?? [])];
  }

  async connect(signal: AbortSignal): Promise<void> {
    this.connection?.close();
    this.connection = null;
    await this.turn('read', () => Promise.resolve(), signal);
  }

  async turn<T>(priority: Priority, work: (connection: ImapConnection) => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.enter(priority, signal);
    try {
      return await work(await this.current(signal));
    } finally {
      this.lastUse = { wall: Date.now(), monotonic: performance.now() };
      this.leave();
    }
  }

  /** S26: the connection may be dead: what it is busy with is not waited for long, and the next turn asks it first. */
  doubt(): void {
    this.isInDoubt = true;
    if (this.busy) this.connection?.doubt();
  }

  dispose(): void {
    this.stopper.abort(new SyncError('cancelled', 'Stopped.'));
    this.connection?.close();
  }

  private async current(signal: AbortSignal): Promise<ImapConnection> {
    this.stopper.signal.throwIfAborted();
    const known = this.connection;
    if (known !== null && !known.isClosed && !this.hasSlept() && (await this.isAlive(known, signal))) return known;
    known?.close();
    this.connection = null;
    const opened = await this.open(signal);
    if (this.stopper.signal.aborted) opened.close(); // nobody else knows of it any more
    this.stopper.signal.throwIfAborted();
    this.connection = opened;
    return opened;
  }

  private async isAlive(known: ImapConnection, signal: AbortSignal): Promise<boolean> {
    if (!this.isInDoubt) return true;
    this.isInDoubt = false;
    known.doubt();
    try {
      await known.command('NOOP', [], {}, signal);
      return true;
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  private hasSlept(): boolean {
    const { wall, monotonic } = this.lastUse;
    return Math.abs(Date.now() - wall - (performance.now() - monotonic)) > jump;
  }

  private async enter(priority: Priority, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.busy) {
      this.busy = true;
      return;
    }
    let waiting: Waiting | undefined;
    const admitted = new Promise<void>((resolve) => {
      waiting = { priority, admit: resolve };
      this.waiting.push(waiting);
    });
    try {
      await orAborted(admitted, signal);
    } catch (error) {
      const at = this.waiting.findIndex((one) => one === waiting);
      if (at >= 0) this.waiting.splice(at, 1);
      else this.leave(); // admitted and aborted at once
      throw error;
    }
  }

  private leave(): void {
    const best = order.find((priority) => this.waiting.some((one) => one.priority === priority));
    const at = this.waiting.findIndex(({ priority }) => priority === best);
    if (at < 0) this.busy = false;
    else this.waiting.splice(at, 1)[0]?.admit();
  }
}
