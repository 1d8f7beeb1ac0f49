import type { LogEntry } from '../db/sync-log';
import type { AccountId } from '../model/ids';
import type { Traffic } from './backend';

/** Measures one piece of work for the sync log (S38): how long it took, and what went over the network meanwhile. */
export interface TrafficTimer {
  entry(
    level: LogEntry['level'],
    kind: string,
    message: string,
    details?: Readonly<Record<string, string | number>>,
  ): LogEntry;
}

export function startTimer(accountId: AccountId, traffic: Traffic): TrafficTimer {
  const startedAt = Date.now();
  const start = performance.now(); // monotonic (S37)
  const before = { ...traffic };
  return {
    entry: (level, kind, message, details = {}) => ({
      accountId,
      startedAt,
      duration: performance.now() - start,
      level,
      kind,
      message,
      details: {
        ...details,
        requests: traffic.requests - before.requests,
        bytesReceived: traffic.bytesReceived - before.bytesReceived,
        bytesSent: traffic.bytesSent - before.bytesSent,
      },
    }),
  };
}
