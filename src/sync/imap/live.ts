import { Deferred, WakeUp } from '../signals';
import { SyncError } from '../sync-error';
import type { ImapConnection } from './connection';
import { CommandRefused } from './imap-error';
import { selectMailbox } from './select';

export interface LiveTiming {
  /** ms that one IDLE may last: a server may hang up after 30 minutes (RFC 2177). */
  readonly idle: number;
  /** ms between NOOPs where there is no IDLE. */
  readonly noop: number;
  /** ms between looks at the mailboxes that are not listened to: one LIST-STATUS each time. */
  readonly others: number;
}

export const defaultLiveTiming: LiveTiming = { idle: 25 * 60_000, noop: 60_000, others: 3 * 60_000 };

/** How long a server that hung up early let an IDLE last: kept from one connection to the next (S25). */
export interface IdleLimit {
  ms: number;
}

export interface LiveOptions {
  readonly open: (signal: AbortSignal) => Promise<ImapConnection>;
  /** The path to listen to: the mailbox on screen, or INBOX. */
  readonly path: () => string;
  /** Raised when `path` gives another one. */
  readonly moved: WakeUp;
  readonly limit: IdleLimit;
  readonly timing: LiveTiming;
}

/** The shortest that an IDLE is tried for, however early a server hangs up. */
const shortest = 30_000;

/**
 * The second connection (S25): listens to one mailbox, by IDLE or else NOOP, until the connection dies, which is a
 * SyncError. The others are looked at now and then. `unsupported`: the server lets this account have no second one.
 */
export async function listenLive(
  { open, path, moved, limit, timing }: LiveOptions,
  events: { readonly onConnected: () => void; readonly onChange: () => void },
  signal: AbortSignal,
): Promise<'unsupported'> {
  let connection: ImapConnection;
  try {
    connection = await open(signal);
  } catch (error) {
    if (error instanceof CommandRefused && error.reason === 'rate-limited') return 'unsupported';
    throw error;
  }
  const others = setInterval(events.onChange, timing.others);
  const idle = { startedAt: performance.now() };
  let canIdle = connection.capabilities.has('IDLE');
  try {
    for (let isFirst = true; ; isFirst = false) {
      moved.clear();
      const wanted = path();
      if (connection.selected?.path !== wanted) {
        await selectMailbox(connection, wanted, null, signal);
        // What came between the last cycle and now was told to nobody.
        if (isFirst) events.onConnected();
        else events.onChange();
      }
      idle.startedAt = performance.now();
      const pause = canIdle ? Math.min(limit.ms, timing.idle) : timing.noop;
      try {
        await waitForNews(connection, events.onChange, moved, { canIdle, pause }, signal);
      } catch (error) {
        // It announces IDLE, and refuses it.
        if (!canIdle || !(error instanceof CommandRefused) || connection.isClosed) throw error;
        canIdle = false;
      }
    }
  } catch (error) {
    const lasted = performance.now() - idle.startedAt;
    // S25: it hung up before we would have said something: next time we do so sooner.
    if (connection.isClosed && !signal.aborted && !moved.isRaised && lasted > shortest)
      limit.ms = Math.max(shortest, lasted * 0.8);
    throw error;
  } finally {
    clearInterval(others);
    connection.close();
  }
}

/** One IDLE, or one pause and a NOOP. Ends early when another mailbox is to be listened to. */
async function waitForNews(
  connection: ImapConnection,
  onChange: () => void,
  moved: WakeUp,
  { canIdle, pause }: { readonly canIdle: boolean; readonly pause: number },
  signal: AbortSignal,
): Promise<void> {
  const over = new Deferred();
  const paused = moved.wait(pause, signal).then(() => over.resolve());
  paused.catch(() => over.resolve());
  const dead = connection.closed.then(() => {
    throw new SyncError('offline', `${connection.host} closed the connection for news.`);
  });
  dead.catch(() => undefined);
  if (canIdle) {
    await Promise.race([connection.idle(onChange, over.promise, signal), dead]);
  } else {
    await Promise.race([over.promise, dead]);
    signal.throwIfAborted();
    const told = (): void => onChange();
    await connection.command('NOOP', [], { EXISTS: told, EXPUNGE: told, VANISHED: told, FETCH: told }, signal);
  }
}
