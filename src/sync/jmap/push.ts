import { createParser, type EventSourceMessage } from 'eventsource-parser';
import * as v from 'valibot';
import { SyncError } from '../sync-error';
import { sendHttp, type HttpContext } from './http';
import { describeIssues } from './parse-answer';
import { problemOf } from './problem';
import { describeUrl, expandTemplate } from './server-url';

export interface PushTiming {
  /** Seconds between pings that the server is asked for. Every server has to allow 30 (RFC 8620 §7.3). */
  readonly ping: number;
  /** ms that a ping may be late before the connection counts as dead (S12). */
  readonly tolerance: number;
}

export const defaultPushTiming: PushTiming = { ping: 30, tolerance: 20_000 };

export interface PushEvents {
  /** From now on no change is missed. */
  onConnected(): void;
  /** New states by type (`Email`, `Mailbox`, …) of our account. */
  onState(changed: Readonly<Record<string, string>>): void;
}

export interface PushSubscription {
  /** Template of the session; null: the server has no push. */
  readonly eventSourceUrl: string | null;
  readonly accountId: string;
  readonly types: readonly string[];
  readonly timing: PushTiming;
}

/** A state change is a few hundred octets. */
const maxEventSize = 1_000_000;
/** Seconds. A server that pings less often than this is no help against dead connections. */
const slowestPing = 600;

const stateChange = v.object({
  '@type': v.literal('StateChange'),
  changed: v.record(v.string(), v.record(v.string(), v.nullable(v.string()))),
});
const pingData = v.object({ interval: v.pipe(v.number(), v.minValue(1)) });

/**
 * Listens to the server's EventSource (RFC 8620 §7.3) until the connection dies, which is a SyncError. Returns
 * `unsupported` at once where there is none: no URL, or an answer that says so, such as the 204 of a Cyrus without it.
 */
export async function listenForPush(
  subscription: PushSubscription,
  authorization: string,
  events: PushEvents,
  context: HttpContext,
): Promise<'unsupported'> {
  const { eventSourceUrl, accountId, types, timing } = subscription;
  if (eventSourceUrl === null) return 'unsupported';
  const values = { types: types.join(','), closeafter: 'no', ping: String(timing.ping) };
  const url = new URL(expandTemplate(eventSourceUrl, values));
  // Cyrus refuses to compress a stream, and a proxy that compresses one holds events back.
  const headers = { Accept: 'text/event-stream', 'Cache-Control': 'no-cache', 'Accept-Encoding': 'identity' };
  const answer = await sendHttp({ method: 'GET', url, authorization, headers }, context);
  if ([204, 404, 405, 501].includes(answer.status)) {
    answer.discard();
    return 'unsupported';
  }
  if (answer.status !== 200) throw await problemOf(answer, 'push');
  const details = describeUrl(answer.url);
  if (!/^text\/event-stream\b/i.test(answer.headers.get('Content-Type') ?? '')) {
    answer.discard();
    throw new SyncError('protocol', `${url.host} answered with something else than events.`, { details });
  }

  let interval = timing.ping;
  const problems: Error[] = [];
  const parser = createParser({
    maxBufferSize: maxEventSize,
    onEvent: (event) => {
      try {
        if (event.event === 'ping') interval = pingInterval(event, interval);
        else reportState(event, accountId, events, details);
      } catch (error) {
        problems.push(error instanceof Error ? error : new Error(String(error)));
      }
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') {
        problems.push(new SyncError('protocol', `${url.host} sent an event without end.`, { details }));
      }
    },
  });
  const decoder = new TextDecoder();
  try {
    events.onConnected();
    for await (const chunk of answer.chunks(() => interval * 1000 + timing.tolerance)) {
      parser.feed(decoder.decode(chunk, { stream: true }));
      const [problem] = problems;
      if (problem) throw problem;
    }
  } catch (error) {
    if (problems.length > 0 || !(error instanceof SyncError) || error.reason === 'cancelled') throw error;
    const message = error.reason === 'timeout' ? `${url.host} fell silent.` : `The connection to ${url.host} was lost.`;
    throw new SyncError('offline', message, { details: `${error.details} (ping ${interval} s)`, cause: error });
  } finally {
    answer.discard();
  }
  throw new SyncError('offline', `${url.host} closed the connection for news.`, { details });
}

/** A server may ping less often than it was asked to, and says so in each ping. */
function pingInterval({ data }: EventSourceMessage, current: number): number {
  const parsed = v.safeParse(pingData, parseJson(data));
  return parsed.success ? Math.min(Math.max(parsed.output.interval, current), slowestPing) : current;
}

/** An event that cannot be read may have told of a change: the connection starts anew, and so does the comparison. */
function reportState(
  { event, data }: EventSourceMessage,
  accountId: string,
  events: PushEvents,
  details: string,
): void {
  if (event !== undefined && event !== 'state' && event !== 'message') return;
  const parsed = v.safeParse(stateChange, parseJson(data));
  if (!parsed.success) {
    throw new SyncError('protocol', 'The server sent an event that makes no sense.', {
      details: `${details}: ${describeIssues(parsed.issues)}`,
    });
  }
  const changed = parsed.output.changed[accountId];
  if (!changed) return;
  const states = Object.entries(changed).filter((entry): entry is [string, string] => entry[1] !== null);
  if (states.length > 0) events.onState(Object.fromEntries(states));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
