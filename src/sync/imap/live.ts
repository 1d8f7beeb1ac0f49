import { cancelled, linkSignals } from '../linked-signal';
import type { WakeUp } from '../signals';
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

/** ms: a server that ends an IDLE by itself within this long will end the next one too, so it is asked by NOOP. */
const atOnce = 1_000;

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
  const alive = linkSignals(signal);
  const { host, closed } = connection;
  void closed.then(() => alive.abort(new SyncError('offline', `${host} closed the connection for news.`)));
  const others = setInterval(events.onChange, timing.others);
  const waiting = { since: performance.now() };
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
      waiting.since = performance.now();
      if (!canIdle) {
        await moved.wait(timing.noop, alive.signal);
        await askForNews(connection, events.onChange, signal);
        continue;
      }
      try {
        const ended = await idle(connection, events.onChange, moved, Math.min(limit.ms, timing.idle), signal);
        if (ended === 'ended' && performance.now() - waiting.since < atOnce) canIdle = false;
      } catch (error) {
        // It announces IDLE, and refuses it.
        if (!(error instanceof CommandRefused) || connection.isClosed) throw error;
        canIdle = false;
      }
    }
  } catch (error) {
    const lasted = performance.now() - waiting.since;
    // S25: it hung up before we would have said something: next time we do so sooner.
    if (connection.isClosed && !signal.aborted && !moved.isRaised && lasted > shortest)
      limit.ms = Math.max(shortest, lasted * 0.8);
    throw error;
  } finally {
    clearInterval(others);
    alive.release();
    connection.close();
  }
}

/** One IDLE, for `ms` at most. Ends early when another mailbox is to be listened to. */
async function idle(
  connection: ImapConnection,
  onChange: () => void,
  moved: WakeUp,
  ms: number,
  signal: AbortSignal,
): Promise<'done' | 'ended'> {
  const wait = linkSignals(signal);
  const over = moved.wait(ms, wait.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await connection.idle(onChange, over, signal);
  } finally {
    wait.abort(cancelled()); // it must not outlive an IDLE that the server ended: there may be many of those
  }
}

async function askForNews(connection: ImapConnection, onChange: () => void, signal: AbortSignal): Promise<void> {
  const told = (): void => onChange();
  await connection.command('NOOP', [], { EXISTS: told, EXPUNGE: told, VANISHED: told, FETCH: told }, signal);
}
