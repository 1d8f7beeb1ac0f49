import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { LockWatch, type LockState } from '../lock/lock-watch';
import { apiVersion, isOnce, type Changed, type Events, type Method, type Params, type Result } from '../api';
import { EngineError, type EngineState, type MailClient } from '../client';
import { fromWire, isConnectionLost } from '../rpc';
import { replacedIn } from '../windows';
import { attachToEngine, outdated } from './attach';
import { RestartPace } from './restart-pace';
import type { Served } from './served';
import { cannotStart, endsAgainAndAgain, heldByAnother, isSameFailure } from './start-errors';
import { endedEngines, spawnEngine, type SpawnOptions } from './spawn';

export interface MailClientOptions extends SpawnOptions {
  /** For the log: what goes on with the engine. */
  readonly trace: (message: string) => void;
}

/** ms between looks for an owner: while one may come any moment, and once the person was told that there is none. */
const [retryDelay, failedRetryDelay] = [100, 400];

/** ms: a take-over takes less. An owner that holds the lock longer without an answer is frozen, or no window of ours. */
const patience = 15_000;

/** ms that an engine has to live after several that did not. */
const trial = 2_000;

/** What a view has to assume after another engine took over: anything may have changed. */
const everything: Changed = {
  accounts: true,
  mailboxes: true,
  messagesIn: [],
  emails: null,
  outbox: true,
  status: true,
};

/**
 * Finds the one engine of this user, or becomes its owner (docs/architecture.md):
 *
 *     look at the lock ─ held ─► attach to its owner ─► served until that ends, or shows no life ─┐
 *        │ free, or silent             └─ no answer (yet): look again                             ├─► look …
 *     spawn our own worker ─ ready ─► served until it ends ───────────────────────────────────────┘
 *        └─ locked, another window was faster, or ours failed just now: look again
 *
 * Whatever a start fails with can pass (a full disk, too many open files), and another window may have an engine before
 * this one is tried again: only a newer program in another window ends the search.
 */
export class EngineClient implements MailClient {
  private connection: MessageConnection | null = null;
  private current: EngineState = { state: 'starting' };
  private readonly changed = new Set<(changed: Changed) => void>();
  private readonly credentialsNeeded = new Set<(event: Events['credentialsNeeded']) => void>();
  private readonly stateListeners = new Set<(state: EngineState) => void>();
  private readonly pace = new RestartPace();
  private readonly stopper = new AbortController();
  private readonly stopped = aborted(this.stopper.signal);
  private readonly running: Promise<void>;

  constructor(private readonly options: MailClientOptions) {
    this.running = this.run();
  }

  get state(): EngineState {
    return this.current;
  }

  async request<M extends Method>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
    const given = isOnce(method) ? { ...params, requestId: randomUUID() } : params;
    for (let lost: MessageConnection | null = null; ;) {
      const connection = await this.whenReady(lost, signal);
      const cancel = new CancellationTokenSource();
      const onAbort = (): void => cancel.cancel();
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        return await connection.sendRequest<Result<M>>(method, given, cancel.token);
      } catch (thrown) {
        if (signal?.aborted === true) throw new EngineError('cancelled', 'Cancelled.');
        if (!isConnectionLost(thrown)) throw fromWire(thrown);
        lost = connection; // the next engine is asked again, and knows what it did already
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    }
  }

  onChanged(listener: (changed: Changed) => void) {
    return subscribe(this.changed, listener);
  }

  onCredentialsNeeded(listener: (event: Events['credentialsNeeded']) => void) {
    return subscribe(this.credentialsNeeded, listener);
  }

  onState(listener: (state: EngineState) => void) {
    return subscribe(this.stateListeners, listener);
  }

  /** Resolves once the files are closed and the lock is given back, if they were ours. */
  async close(): Promise<void> {
    this.stopper.abort();
    await this.running;
  }

  dispose(): void {
    void this.close();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopper;
    const watch = new LockWatch(join(this.options.folder, 'mail.db'), { ended: endedEngines });
    let unservedSince = performance.now();
    const unserved = (): number => performance.now() - unservedSince;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      try {
        const lock = await watch.look();
        const replacedBy = isFirst ? null : replacedIn(lock.sighting);
        if (replacedBy !== null && replacedBy.apiVersion > apiVersion) throw outdated(replacedBy.version);
        if (await this.useEngine(watch, lock)) {
          unservedSince = performance.now();
          continue;
        }
        if (this.current.state !== 'failed' && unserved() > patience) this.fail(heldByAnother());
      } catch (thrown) {
        const error = thrown instanceof EngineError ? thrown : cannotStart(thrown);
        // What a folder that cannot be read for a moment says is no reason yet.
        if (thrown instanceof EngineError || unserved() > trial) this.fail(error);
        if (error.reason === 'outdated') return;
      }
      await delay(this.current.state === 'failed' ? failedRetryDelay : retryDelay, signal);
    }
  }

  /** Tells why there is no engine; once while it stays the same, however often it is tried. */
  private fail(error: EngineError): void {
    if (this.current.state === 'failed' && isSameFailure(this.current.error, error)) return;
    this.options.trace(`There is no engine: ${error.message} (${error.details})`);
    this.setState({ state: 'failed', error });
  }

  /** Attaches to the owner of the lock or becomes it, and stays there as long as that serves. False: nobody did. */
  private async useEngine(watch: LockWatch, lock: LockState): Promise<boolean> {
    const { folder, version, trace } = this.options;
    const prepare = (connection: MessageConnection): void => this.listenTo(connection);
    const stopWatching = new AbortController();
    try {
      let served: Served | 'locked' | null;
      let over = new Promise<void>(() => undefined);
      if (lock.state === 'held' && lock.sighting !== null) {
        over = watch.whenOver(lock.sighting, stopWatching.signal);
        served = await attachToEngine({ folder, version, over }, prepare);
      } else if (this.pace.mayStart) {
        served = await spawnEngine(this.options, lock, prepare).catch((thrown: unknown) => {
          this.pace.ended('failed', 0);
          throw thrown;
        });
      } else return false;
      if (served === null || served === 'locked') return false;
      const servedSince = performance.now();
      trace(served.description);
      const ended = Promise.race([served.ended, over, this.stopped]);
      // After several that failed, one is believed when it has lived for a moment: else the person would hear each time
      // that mail works, and at once that it does not.
      const lives =
        !this.pace.isHopeless ||
        (await Promise.race([ended.then(() => false), delay(trial, this.stopper.signal).then(() => true)]));
      if (lives) {
        this.connection = served.connection;
        this.setState({ state: 'ready' });
        tellAll(this.changed, everything);
      }
      const end = await ended;
      this.connection = null;
      await served.close();
      trace('The engine has ended.');
      const wait = this.pace.ended(end ?? 'over', performance.now() - servedSince);
      if (wait > 0) trace(`It failed soon after its start. The next one is started in ${wait} ms.`);
      if (this.pace.isHopeless && (!lives || end === 'failed')) this.fail(endsAgainAndAgain());
      else this.setState({ state: 'starting' });
      return true;
    } finally {
      stopWatching.abort();
    }
  }

  /** Before the connection listens, so that no event of the engine is missed. */
  private listenTo(connection: MessageConnection): void {
    connection.onNotification('changed', (changed: Changed) => tellAll(this.changed, changed));
    connection.onNotification('credentialsNeeded', (event: Events['credentialsNeeded']) =>
      tellAll(this.credentialsNeeded, event),
    );
  }

  private setState(state: EngineState): void {
    this.current = state;
    tellAll(this.stateListeners, state);
  }

  /** A connection to an engine, another one than `lost`. */
  private whenReady(lost: MessageConnection | null, signal: AbortSignal | undefined): Promise<MessageConnection> {
    if (this.connection !== null && this.connection !== lost) return Promise.resolve(this.connection);
    return new Promise((resolve, reject) => {
      const ends = [signal, this.stopper.signal].filter((end) => end !== undefined);
      const settle = (): void => {
        if (this.connection !== null && this.connection !== lost) resolve(this.connection);
        else if (this.current.state === 'failed') reject(this.current.error);
        else if (ends.some((end) => end.aborted)) reject(new EngineError('cancelled', 'Cancelled.'));
        else return;
        subscription.dispose();
        for (const end of ends) end.removeEventListener('abort', settle);
      };
      const subscription = this.onState(settle);
      for (const end of ends) end.addEventListener('abort', settle, { once: true });
      settle();
    });
  }
}

function subscribe<T>(listeners: Set<T>, listener: T): { dispose(): void } {
  listeners.add(listener);
  return { dispose: () => void listeners.delete(listener) };
}

function tellAll<T>(listeners: ReadonlySet<(value: T) => void>, value: T): void {
  for (const listener of [...listeners]) listener(value);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function delay(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
