import type { JmapSettings } from '../../model/account';
import type { Traffic } from '../backend';
import { cancelled, linkSignals, orAborted, reasonOf } from '../linked-signal';
import { SyncError } from '../sync-error';
import { authorizationHeader } from './authorization';
import { downloadBlob, uploadBlob } from './blobs';
import { decodeAnswers, encodeRequest, type Answers, type Call } from './call';
import { Connections } from './connections';
import { createGate } from './gate';
import { defaultTimeouts, sendHttp, type HttpContext, type Timeouts } from './http';
import type { Limits } from './limits';
import { readJson } from './parse-answer';
import { problemOf } from './problem';
import { defaultPushTiming, listenForPush, type PushEvents, type PushTiming } from './push';
import { describeUrl, expandTemplate, requireSafeUrl } from './server-url';
import { fetchSession, mailAccountOf, type JmapSession } from './session';

export { MethodError, type Answers, type Arguments, type Call } from './call';

/** A signed-in connection to a JMAP server, for one account of it. Everything that it fails with is a SyncError. */
export interface JmapClient {
  /** The newest that was read: it is read again when an answer tells of another state (S13). */
  readonly session: JmapSession;
  /** The account whose mail is read; stays the same for as long as the client lives. */
  readonly accountId: string;
  readonly limits: Limits;
  readonly traffic: Traffic;
  /** Sends calls as one HTTP request. */
  request(calls: readonly Call[], signal: AbortSignal): Promise<Answers>;
  /**
   * Streams a blob's decoded octets into a new file and returns their number; `too-large` past `limit` octets. Nothing
   * of the file stays on failure.
   */
  download(blob: BlobReference, file: string, limit: number, signal: AbortSignal): Promise<number>;
  upload(data: Uint8Array, type: string, signal: AbortSignal): Promise<{ blobId: string; size: number }>;
  /**
   * Listens until the connection dies, which throws, or is in doubt (S26), which ends it. `unsupported` at once where the
   * server has no push.
   */
  listen(types: readonly string[], events: PushEvents, signal: AbortSignal): Promise<'unsupported' | 'doubted'>;
  /** Ends all that is under way with `cancelled`. */
  close(): void;
}

export interface BlobReference {
  readonly blobId: string;
  readonly type: string;
  readonly name: string;
}

export interface ConnectOptions {
  readonly settings: JmapSettings;
  /** Password or token. */
  readonly secret: string;
  readonly signal: AbortSignal;
  /** Counted into; a new one otherwise. */
  readonly traffic?: Traffic;
  /** Those of the account, which outlive the client. */
  readonly connections?: Connections;
  readonly timeouts?: Partial<Timeouts>;
  readonly push?: Partial<PushTiming>;
}

/** Signs in: reads the session and finds the mail account. */
export async function connectJmap(options: ConnectOptions): Promise<JmapClient> {
  const { settings, secret, traffic = { requests: 0, bytesReceived: 0, bytesSent: 0 } } = options;
  const { connections = new Connections() } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const authorization = authorizationHeader(settings, secret);
  const sessionUrl = parseSessionUrl(settings.sessionUrl);
  const { host } = sessionUrl;
  const lifetime = new AbortController();

  let session = await fetchSession(sessionUrl, authorization, 'not-jmap', {
    traffic,
    timeouts,
    connections,
    signal: options.signal,
  });
  const accountId = mailAccountOf(session, host);
  /** Some servers never give the same state in session and answers: one that was seen does not call for another look. */
  let seenState = session.state;
  let isStale = false;
  let refreshing: Promise<void> | null = null;
  const enter = createGate(() => session.limits.maxConcurrentRequests);

  /** Runs with a context that ends with the caller's signal or the client. */
  async function withContext<T>(signal: AbortSignal, work: (context: HttpContext) => Promise<T>): Promise<T> {
    const link = linkSignals(signal, lifetime.signal);
    try {
      if (link.signal.aborted) throw reasonOf(link.signal);
      return await work({ traffic, timeouts, connections, signal: link.signal });
    } finally {
      link.release();
    }
  }

  /** One at a time, for all who wait for it; a caller that gives up does not end it for the others. */
  function refreshSession(signal: AbortSignal): Promise<void> {
    refreshing ??= readSessionAgain().finally(() => {
      refreshing = null;
    });
    return orAborted(refreshing, signal);
  }

  async function readSessionAgain(): Promise<void> {
    const context = { traffic, timeouts, connections, signal: lifetime.signal };
    const newer = await fetchSession(sessionUrl, authorization, 'protocol', context);
    if (!Object.hasOwn(newer.accounts, accountId)) {
      throw new SyncError('unavailable', `${host} does not show this mail account to this user any more.`, {
        details: describeUrl(sessionUrl),
      });
    }
    session = newer;
    isStale = false;
  }

  function noteState(state: string): void {
    if (state === '' || state === session.state || state === seenState) return;
    seenState = state;
    isStale = true;
  }

  async function request(calls: readonly Call[], signal: AbortSignal): Promise<Answers> {
    const body = encodeRequest(calls, accountId);
    requireWithin(calls.length, 'maxCallsInRequest', session.limits);
    requireWithin(Buffer.byteLength(body), 'maxSizeRequest', session.limits);
    return withContext(signal, (context) =>
      enter(async () => {
        if (isStale) await refreshSession(context.signal);
        let answer = await post(body, context);
        if (answer.status === 404 || answer.status === 410) {
          // The API has moved: the session tells where to.
          answer.discard();
          await refreshSession(context.signal);
          answer = await post(body, context);
        }
        if (answer.status !== 200) throw await problemOf(answer, 'api');
        const { answers, sessionState } = decodeAnswers(await readJson(answer), calls, host);
        noteState(sessionState);
        return answers;
      }, context.signal),
    );
  }

  function post(body: string, context: HttpContext): ReturnType<typeof sendHttp> {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    return sendHttp({ method: 'POST', url: new URL(session.apiUrl), authorization, headers, body }, context);
  }

  async function download(blob: BlobReference, file: string, limit: number, signal: AbortSignal): Promise<number> {
    const template = requireTemplate(session.downloadUrl, host, 'hand out attachments');
    const url = new URL(expandTemplate(template, { accountId, ...blob }));
    return withContext(signal, (context) => downloadBlob(url, authorization, { file, limit }, context));
  }

  async function upload(
    data: Uint8Array,
    type: string,
    signal: AbortSignal,
  ): Promise<{ blobId: string; size: number }> {
    const url = new URL(expandTemplate(requireTemplate(session.uploadUrl, host, 'take uploads'), { accountId }));
    requireWithin(data.byteLength, 'maxSizeUpload', session.limits);
    return withContext(signal, (context) => uploadBlob(url, authorization, { data, type }, context));
  }

  async function listen(
    types: readonly string[],
    events: PushEvents,
    signal: AbortSignal,
  ): Promise<'unsupported' | 'doubted'> {
    const timing = { ...defaultPushTiming, ...options.push };
    const link = linkSignals(signal);
    const doubted = cancelled();
    // Silence proves nothing here, and to ask anew costs one request.
    const unwatch = connections.onDoubt(() => link.abort(doubted));
    try {
      return await withContext(link.signal, async (context) => {
        if (isStale) await refreshSession(context.signal);
        const { eventSourceUrl } = session;
        return listenForPush({ eventSourceUrl, accountId, types, timing }, authorization, events, context);
      });
    } catch (error) {
      if (error === doubted) return 'doubted';
      throw error;
    } finally {
      unwatch();
      link.release();
    }
  }

  return {
    get session() {
      return session;
    },
    get limits() {
      return session.limits;
    },
    accountId,
    traffic,
    request,
    download,
    upload,
    listen,
    close: () => lifetime.abort(),
  };
}

function parseSessionUrl(text: string): URL {
  if (!URL.canParse(text))
    throw new SyncError('host-not-found', `“${text.slice(0, 100)}” is not the address of a server.`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new SyncError('insecure', 'The address of the server must not contain a password.');
  }
  return requireSafeUrl(url);
}

function requireWithin(amount: number, name: keyof Limits, limits: Limits): void {
  if (amount <= limits[name]) return;
  throw new SyncError('too-large', 'This is more than the server takes at once.', {
    details: `${name}: ${amount} > ${limits[name]}`,
  });
}

function requireTemplate(template: string | null, host: string, purpose: string): string {
  if (template !== null) return template;
  throw new SyncError('refused', `${host} does not ${purpose}.`);
}
