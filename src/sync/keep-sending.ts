import type { MailDb } from '../db/mail-db';
import type { AccountId } from '../model/ids';
import type { Backoff } from './backoff';
import type { Backend } from './backend';
import { asSyncError } from './loop-error';
import type { LoopReport } from './loop-report';
import { drainOutbox } from './outbox';
import type { ServerQuiet } from './server-quiet';
import type { WakeUp } from './signals';

export interface Sending {
  readonly db: MailDb;
  readonly accountId: AccountId;
  readonly backend: Backend;
  readonly report: LoopReport;
  readonly quiet: ServerQuiet;
  readonly backoff: Backoff;
  /** Something was queued. */
  readonly outboxDue: WakeUp;
  /** Raised where an answer left something for a cycle to find out. */
  readonly cycleDue: WakeUp;
}

/** Sends what is queued, whenever something is, until the connection fails or ends, which is thrown. */
export async function keepSending(sending: Sending, signal: AbortSignal): Promise<never> {
  const { db, accountId, backend, report, quiet, backoff, outboxDue, cycleDue } = sending;
  for (;;) {
    await outboxDue.wait(null, signal);
    await quiet.over(signal);
    outboxDue.clear();
    const timer = report.startTimer();
    let retryIn: number | null = null;
    try {
      const { sent, failed, needsCycle, deferred } = await drainOutbox(db, backend, accountId, signal);
      if (needsCycle) cycleDue.raise();
      if (sent + failed > 0) {
        const level = failed > 0 ? 'warning' : 'info';
        report.log(timer.entry(level, 'send', `Changes taken: ${sent}, refused: ${failed}.`, { sent, failed }));
      }
      if (deferred) retryIn = backoff.next(null);
      else backoff.reset();
    } catch (error) {
      report.logError(timer, 'send', error);
      const known = asSyncError(error);
      // Without a connection or a sign-in the whole loop starts anew; anything else concerns the sending only.
      if (known.isWithoutAttempt || signal.aborted) throw error;
      quiet.note(known.retryAfter);
      retryIn = backoff.next(known);
    }
    if (retryIn !== null && (await outboxDue.wait(retryIn, signal)) === 'timeout') outboxDue.raise();
  }
}
