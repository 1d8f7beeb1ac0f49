import { storedMailboxes } from '../../db/imap-mailboxes';
import { remoteMailboxId } from '../../db/mailboxes';
import type { MailboxId } from '../../model/ids';
import type { Backend, BackendOptions, Traffic } from '../backend';
import { WakeUp } from '../signals';
import { Backfill } from './backfill';
import { fetchBody } from './body';
import { checkAccount } from './check';
import { getCheckpoint, isComplete, isDetailed } from './checkpoint';
import { connectImap } from './connect';
import type { ImapConnection, ImapTiming, Tier } from './connection';
import { runCycle } from './cycle';
import { fetchPart } from './fetch-part';
import { defaultPolicy, Doubt, type ImapContext, type SyncPolicy } from './imap-context';
import { defaultLiveTiming, listenLive, type IdleLimit, type LiveTiming } from './live';
import type { OpenableMailbox } from './mailboxes';
import { sendChanges } from './send';
import { WorkLine } from './work-line';

/** For tests and odd servers: how the backend behaves where the product has its defaults. */
export interface ImapTuning {
  readonly bestTier?: Tier;
  readonly timing?: Partial<ImapTiming>;
  readonly live?: Partial<LiveTiming>;
  readonly policy?: Partial<SyncPolicy>;
}

/** IMAP's side of an account (RFC 3501, RFC 9051 and what servers make of them). */
export function createImapBackend({ account, secret, db, warn }: BackendOptions, tuning: ImapTuning = {}): Backend {
  const { settings } = account;
  if (settings.protocol !== 'imap') throw new Error(`Not an IMAP account: ${settings.protocol}`);
  const traffic: Traffic = { requests: 0, bytesReceived: 0, bytesSent: 0 };
  const { bestTier, timing } = tuning;
  const open = (signal: AbortSignal): Promise<ImapConnection> =>
    connectImap({
      settings,
      secret,
      traffic,
      signal,
      warn,
      ...(timing === undefined ? {} : { timing }),
      ...(bestTier === undefined ? {} : { bestTier }),
    });
  const work = new WorkLine(open);
  let listening: ImapConnection | null = null;
  const openListening = async (signal: AbortSignal): Promise<ImapConnection> => (listening = await open(signal));
  const moved = new WakeUp();
  const limit: IdleLimit = { ms: Infinity };
  let focused: MailboxId | null = null;
  let mailboxes: readonly OpenableMailbox[] = [];
  const context: ImapContext = {
    work,
    db,
    accountId: account.id,
    warn,
    focused: () => focused,
    policy: { ...defaultPolicy, ...tuning.policy },
    doubt: new Doubt(),
    suspects: new Set(),
  };
  const backfill = new Backfill(context);

  const livePath = (): string => {
    const onScreen = focused === null ? undefined : mailboxes.find(({ id }) => id === focused)?.path;
    return onScreen ?? mailboxes.find(({ role }) => role === 'inbox')?.path ?? 'INBOX';
  };

  return {
    traffic,
    connect: (signal) => work.connect(signal),

    syncChanges: (signal) => runCycle(context, (found) => (mailboxes = found), signal),

    get needsBackfill() {
      return storedMailboxes(db, account.id).some(({ id, isReadable }) => {
        const checkpoint = getCheckpoint(db, account.id, id);
        return isReadable && (checkpoint === null || !isComplete(checkpoint) || !isDetailed(checkpoint));
      });
    },

    backfill: (backfillOptions, signal) => backfill.run(mailboxes, backfillOptions, signal),

    check: (onProgress, signal) =>
      checkAccount(context, { backfill, onMailboxes: (found) => (mailboxes = found), onProgress }, signal),

    get capabilities() {
      return work.capabilities;
    },

    listen: (events, signal) =>
      listenLive(
        { open: openListening, path: livePath, moved, limit, timing: { ...defaultLiveTiming, ...tuning.live } },
        events,
        signal,
      ),

    send: (changes, signal) => sendChanges(context, changes, signal),
    fetchBody: (email, signal) => fetchBody(context, email, signal),
    fetchPart: (part, file, octets, signal) => fetchPart(context, part, file, octets, signal),

    doubtConnections() {
      work.doubt();
      listening?.doubt();
      moved.raise(); // ends the IDLE or the pause, so that it has to answer
    },

    focus(mailboxId) {
      if (mailboxId === focused) return;
      // A mailbox of another account is none of ours.
      focused = mailboxId !== null && remoteMailboxId(db, mailboxId) !== undefined ? mailboxId : null;
      moved.raise();
    },

    dispose() {
      work.dispose();
    },
  };
}
