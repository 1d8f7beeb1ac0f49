import type { Backoff } from './backoff';
import type { Backend } from './backend';
import { asSyncError } from './loop-error';
import type { LoopReport } from './loop-report';
import type { ServerQuiet } from './server-quiet';
import type { WakeUp } from './signals';

export interface Listening {
  readonly backend: Backend;
  readonly report: LoopReport;
  readonly quiet: ServerQuiet;
  readonly backoff: Backoff;
  /** Skips the wait before it is tried again (S26). */
  readonly pushDue: WakeUp;
  /** Raised by what is heard. */
  readonly cycleDue: WakeUp;
  /** Whether the server can be heard. */
  readonly onPushing: (pushing: boolean) => void;
}

/** Listens to the server's push (S12), anew whenever it ends; returns where there is none. Throws what ends it for good. */
export async function keepListening(listening: Listening, signal: AbortSignal): Promise<void> {
  const { backend, report, quiet, backoff, pushDue, cycleDue, onPushing } = listening;
  for (;;) {
    const timer = report.startTimer();
    pushDue.clear();
    try {
      const onConnected = (): void => {
        backoff.reset();
        onPushing(true);
        cycleDue.raise(); // what came between the last cycle and now was not pushed
      };
      const ended = await backend.listen({ onConnected, onChange: () => cycleDue.raise() }, signal);
      if (ended === 'doubted') {
        onPushing(false);
        await quiet.over(signal);
        continue;
      }
      report.log(timer.entry('info', 'push', 'The server has no push: asking now and then.'));
      return;
    } catch (error) {
      onPushing(false);
      if (signal.aborted) throw error;
      report.logError(timer, 'push', error);
      const known = asSyncError(error);
      if (known.reason === 'auth') throw error;
      quiet.note(known.retryAfter);
      cycleDue.raise(); // is it only the push, or the whole connection?
      await pushDue.wait(backoff.next(known), signal);
      await quiet.over(signal);
    }
  }
}
