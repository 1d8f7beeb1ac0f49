import { linkSignals, type LinkedSignal } from '../linked-signal';
import { SyncError } from '../sync-error';

/** What `fetch` takes its connections from, and keeps them in for the next request: a Dispatcher of undici. */
interface Pool {
  close(): Promise<void>;
}

/** ms that an exchange in doubt has to show that it lives (S26): as long as IMAP's. */
export const defaultProof = 5_000;

/** One request and its answer. */
export interface Exchange extends LinkedSignal {
  /** Something of the answer came. */
  heard(): void;
}

/**
 * The HTTP connections of an account, for S26. `fetch` keeps them out of sight, so what can be dead is passed over: after a
 * doubt requests take other connections, and what is under way has to show that it lives.
 */
export class Connections {
  /** Null: the one that all of `fetch` share. */
  private pool: Pool | null = null;
  private readonly underWay = new Map<Exchange, { host: string; isHeard: boolean }>();
  private readonly doubters = new Set<() => void>();
  private timers: NodeJS.Timeout[] = [];
  private isProving = false;
  private isDoubtedAgain = false;
  private isClosed = false;

  constructor(private readonly proof = defaultProof) {}

  /** For `fetch`, which takes no null. */
  get dispatcher(): { readonly dispatcher?: Pool } {
    return this.pool === null ? {} : { dispatcher: this.pool };
  }

  /** An exchange begins, and ends by `release`. Aborted by `signal`, or as `offline` when it is in doubt and stays silent. */
  begin(host: string, signal: AbortSignal): Exchange {
    const link = linkSignals(signal);
    const exchange: Exchange = {
      ...link,
      heard: () => {
        const state = this.underWay.get(exchange);
        if (state !== undefined) state.isHeard = true;
      },
      release: () => {
        this.underWay.delete(exchange);
        link.release();
      },
    };
    this.underWay.set(exchange, { host, isHeard: false });
    return exchange;
  }

  /** Calls back at each doubt; returns how to have it stopped. */
  onDoubt(doubter: () => void): () => void {
    this.doubters.add(doubter);
    return () => void this.doubters.delete(doubter);
  }

  /**
   * The machine slept, or its network changed (S26). Doubts that follow while the first one is proved are one more doubt
   * after it: a network that comes and goes must not make new connections each time.
   */
  doubt(): void {
    if (this.isClosed) return;
    if (this.isProving) {
      this.isDoubtedAgain = true;
      return;
    }
    this.isProving = true;
    this.isDoubtedAgain = false;
    this.replacePool();
    const doubted = [...this.underWay];
    for (const doubter of [...this.doubters]) doubter();
    // What was on its way here already proves nothing: it is read from this machine's own buffers.
    const buffersAreRead = setTimeout(() => {
      for (const [, state] of doubted) state.isHeard = false;
    }, this.proof / 5);
    const verdict = setTimeout(() => {
      this.isProving = false;
      for (const [exchange, { host, isHeard }] of doubted) {
        if (!this.underWay.has(exchange) || isHeard) continue;
        const details = `${host}: proof of life: silence`;
        exchange.abort(new SyncError('offline', `The connection to ${host} was lost.`, { details }));
      }
      if (this.isDoubtedAgain) this.doubt();
    }, this.proof);
    this.timers = [buffersAreRead, verdict];
  }

  close(): void {
    this.isClosed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.pool?.close().catch(() => undefined);
  }

  /** What is under way in the old one may end there; what rests in it is closed. */
  private replacePool(): void {
    const old = this.pool;
    this.pool = createPool();
    old?.close().catch(() => undefined);
  }
}

/**
 * Another pool of the kind that `fetch` uses by itself. Node has its class (undici's Agent) and does not export it, so it
 * is taken from the pool that all share; the package would be half a megabyte, and has to fit the `fetch` of each VS Code.
 * Null where it is not found: then only a request that waits in vain finds a dead connection (`Timeouts`).
 */
function createPool(): Pool | null {
  const shared = globalThis as Readonly<Record<symbol, Pool | undefined>>;
  // The number is that of undici's interface.
  const known = shared[Symbol.for('undici.globalDispatcher.2')] ?? shared[Symbol.for('undici.globalDispatcher.1')];
  try {
    return known === undefined ? null : new (known.constructor as new () => Pool)();
  } catch {
    return null; // somebody put one of their own there, which needs to be told more
  }
}
