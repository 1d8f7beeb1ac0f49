import type { ImapFlow } from 'imapflow';
import type { Traffic } from '../backend';
import { orAborted } from '../linked-signal';
import { SyncError } from '../sync-error';
import type { ImapResponse } from './attributes';
import { ownFault, partlyDone, toSyncError } from './imap-error';
import type { Selected } from './select';

/** How a server tells what changed in a mailbox (S15), the best first. */
export type Tier = 'qresync' | 'condstore' | 'none';

export interface ImapTiming {
  /** ms that connecting, and each command, may stay without an answer. */
  readonly connect: number;
  readonly silence: number;
  /** ms that a connection in doubt has to show that it lives (S26). */
  readonly proof: number;
}

/** What imapflow's compiler takes as an argument of a command: a plain string is quoted. */
export type Argument = string | number | ArgumentToken | readonly Argument[];
export interface ArgumentToken {
  readonly type: 'ATOM' | 'SEQUENCE' | 'STRING';
  readonly value: string;
  readonly section?: readonly Argument[];
  readonly partial?: readonly number[];
}

export const atom = (value: string): ArgumentToken => ({ type: 'ATOM', value });
export const sequence = (value: string): ArgumentToken => ({ type: 'SEQUENCE', value });

/** By the name of the untagged response. */
export type Handlers = Readonly<Record<string, (response: ImapResponse) => void>>;

/**
 * imapflow's own way to send a command. Its public methods hide the response codes that S22 and S29 live on, take
 * VANISHED apart message by message, and parse ENVELOPE for every row; so this project goes one step below them. It is
 * not part of imapflow's published types: that is why its version is pinned exactly.
 */
interface Executor {
  exec(
    command: string,
    attributes: unknown,
    options: {
      readonly untagged: Readonly<Record<string, (response: ImapResponse) => Promise<void>>>;
      readonly onPlusTag?: () => Promise<void>;
    },
  ): Promise<{ readonly response: ImapResponse; readonly next: () => void }>;
  write(line: string): void;
  /** Sits out what a server asks to wait, up to five minutes, before it fails the command. True: closed meanwhile. */
  throttleWait(ms: number): Promise<boolean>;
}

/** One signed-in connection. After any failure but a refusal it is closed for good. */
export interface ImapConnection {
  readonly host: string;
  readonly warn: (message: string, details?: string) => void;
  readonly capabilities: ReadonlySet<string>;
  readonly tier: Tier;
  readonly isClosed: boolean;
  /** Resolves when it is closed, by whomever. */
  readonly closed: Promise<void>;
  /** The mailbox that is open: kept by select.ts alone. */
  selected: Selected | null;
  /** Sends one command; the tagged response. Fails with SyncError; CommandRefused where the server said NO or BAD. */
  command(name: string, args: readonly Argument[], handlers: Handlers, signal: AbortSignal): Promise<ImapResponse>;
  /** IDLE (RFC 2177) until `until` settles, or the server has `ended` it. `onData`: the server told something. */
  idle(onData: () => void, until: Promise<void>, signal: AbortSignal): Promise<'done' | 'ended'>;
  /**
   * S26: closed unless the server soon answers what is asked of it from now on, or goes on with a long answer. What was on
   * its way here already proves nothing: it is read from this machine's own buffers.
   */
  doubt(): void;
  close(): void;
}

export function silent(host: string, what: string): SyncError {
  return new SyncError('timeout', `${host} did not answer in time.`, { details: `${host}: ${what}: silence` });
}

/** Made by connect.ts alone. */
export class Connection implements ImapConnection {
  readonly closed: Promise<void>;
  selected: Selected | null = null;
  tier: Tier = 'none';
  capabilities: ReadonlySet<string> = new Set();
  /** Why it broke, where something better is known than that it did. */
  failure: SyncError | null = null;
  private counted = { sent: 0, received: 0 };
  private running = 0;
  /** Commands in the order that they were sent; a DONE is one. */
  private lastSent = 0;
  private lastAnswered = 0;
  private watchdog: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: ImapFlow,
    readonly host: string,
    private readonly traffic: Traffic,
    private readonly timing: ImapTiming,
    readonly warn: (message: string, details?: string) => void,
  ) {
    // The account's loop waits instead (S29), where the person sees why and an action may end it.
    this.executor.throttleWait = () => Promise.resolve(false);
    client.on('error', (error: Error) => {
      this.failure ??= toSyncError(error, host, 'connection');
    });
    this.closed = new Promise((resolve) => {
      client.once('close', () => {
        clearInterval(this.watchdog);
        resolve();
      });
    });
  }

  get isClosed(): boolean {
    return this.client.isClosed || !this.client.usable;
  }

  async enable(best: Tier, signal: AbortSignal): Promise<void> {
    this.capabilities = new Set([...this.client.capabilities.keys()].map((name) => name.toUpperCase()));
    const has = (name: string): boolean => this.capabilities.has(name);
    const offered: Tier = has('QRESYNC') && has('ENABLE') ? 'qresync' : has('CONDSTORE') ? 'condstore' : 'none';
    const tiers: readonly Tier[] = ['qresync', 'condstore', 'none'];
    this.tier = tiers[Math.max(tiers.indexOf(best), tiers.indexOf(offered))] ?? 'none';
    if (this.tier === 'none' || !has('ENABLE')) return;
    const enabled = new Set<string>();
    const extension = this.tier === 'qresync' ? 'QRESYNC' : 'CONDSTORE';
    try {
      const handlers: Handlers = {
        ENABLED: ({ attributes = [] }) => {
          for (const node of attributes)
            if (node !== null && 'value' in node) enabled.add(String(node.value).toUpperCase());
        },
      };
      await this.command('ENABLE', [atom(extension)], handlers, signal);
    } catch (error) {
      if (!(error instanceof SyncError) || this.isClosed || signal.aborted) throw error;
    }
    // A server that does not keep its word about QRESYNC (S15) still has CHANGEDSINCE.
    if (this.tier === 'qresync' && !enabled.has('QRESYNC')) this.tier = has('CONDSTORE') ? 'condstore' : 'none';
  }

  async command(
    name: string,
    args: readonly Argument[],
    handlers: Handlers,
    signal: AbortSignal,
  ): Promise<ImapResponse> {
    return await orAborted(this.execute(name, args, handlers), signal);
  }

  async idle(onData: () => void, until: Promise<void>, signal: AbortSignal): Promise<'done' | 'ended'> {
    let accepted: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => (accepted = resolve));
    const told = (): Promise<void> => {
      onData();
      return Promise.resolve();
    };
    this.count(1);
    const running = this.executor.exec('IDLE', false, {
      untagged: { EXISTS: told, EXPUNGE: told, VANISHED: told, FETCH: told },
      onPlusTag: () => {
        accepted();
        return Promise.resolve();
      },
    });
    const over = running.then(({ next }) => {
      next();
      return 'ended' as const;
    });
    over.catch(() => undefined); // awaited below
    const deadline = new Promise<never>((_resolve, reject) => {
      const timer = setTimeout(() => reject(silent(this.host, 'IDLE')), this.timing.silence);
      void Promise.race([ready, over.catch(() => undefined)]).then(() => clearTimeout(timer));
    });
    try {
      await orAborted(Promise.race([ready, over, deadline]), signal);
      const how = await orAborted(Promise.race([over, until.then(() => 'done' as const)]), signal);
      if (how === 'ended') return how; // here a DONE would be a command that there is none of
      const sent = ++this.lastSent;
      this.executor.write('DONE');
      const end = setTimeout(() => this.fail(silent(this.host, 'DONE')), this.timing.silence);
      try {
        await orAborted(over, signal);
        this.lastAnswered = sent;
      } finally {
        clearTimeout(end);
      }
      return how;
    } catch (error) {
      throw this.problem(error, 'IDLE');
    } finally {
      this.count(0);
    }
  }

  doubt(): void {
    const before = this.lastSent;
    let received = Infinity;
    const buffersAreRead = setTimeout(() => (received = this.client.stats().received), this.timing.proof / 5);
    const verdict = setTimeout(() => {
      const isAlive = this.lastAnswered > before || this.client.stats().received > received;
      if (!isAlive) this.fail(silent(this.host, 'proof of life'));
    }, this.timing.proof);
    void this.closed.then(() => {
      clearTimeout(buffersAreRead);
      clearTimeout(verdict);
    });
  }

  close(): void {
    this.client.close();
  }

  fail(failure: SyncError): void {
    this.failure ??= failure;
    this.client.close();
  }

  /** Adds to the account's counters what went over this connection since the last time. */
  count(requests: number): void {
    const { sent, received } = this.client.stats();
    this.traffic.requests += requests;
    this.traffic.bytesSent += sent - this.counted.sent;
    this.traffic.bytesReceived += received - this.counted.received;
    this.counted = { sent, received };
  }

  private get executor(): Executor {
    return this.client as unknown as Executor;
  }

  private async execute(name: string, args: readonly Argument[], handlers: Handlers): Promise<ImapResponse> {
    let unreadable: unknown;
    const untagged = Object.fromEntries(
      Object.entries(handlers).map(([response, handle]) => [
        response,
        // imapflow only logs what a handler throws: here it fails the command.
        (data: ImapResponse): Promise<void> => {
          try {
            handle(data);
          } catch (error) {
            unreadable ??= error;
          }
          return Promise.resolve();
        },
      ]),
    );
    this.watch();
    const sent = ++this.lastSent;
    try {
      const { response, next } = await this.executor.exec(name, args.length === 0 ? false : args, { untagged });
      next();
      if (unreadable !== undefined) throw ownFault(unreadable, this.host, name);
      if (response.command?.toUpperCase() === 'NO' && !name.endsWith('FETCH')) throw partlyDone(response);
      return response;
    } catch (error) {
      throw this.problem(error, name);
    } finally {
      if (!this.isClosed) this.lastAnswered = sent;
      this.running -= 1;
      if (this.running === 0) clearInterval(this.watchdog);
      this.count(1);
    }
  }

  private problem(error: unknown, name: string): SyncError {
    return this.failure ?? toSyncError(error, this.host, name);
  }

  /** Closes a connection that falls silent while a command runs; a slow answer that still comes is none. */
  private watch(): void {
    this.running += 1;
    if (this.running > 1) return;
    const step = Math.max(50, this.timing.silence / 4);
    let received = -1;
    let quiet = 0;
    this.watchdog = setInterval(() => {
      const now = this.client.stats().received;
      quiet = now === received ? quiet + step : 0;
      received = now;
      if (quiet >= this.timing.silence) this.fail(silent(this.host, 'command'));
    }, step);
  }
}
