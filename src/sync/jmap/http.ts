import type { Traffic } from '../backend';
import { reasonOf } from '../linked-signal';
import { SyncError } from '../sync-error';
import { Connections, type Exchange } from './connections';
import { networkError } from './network-error';
import { describeUrl, requireSafeUrl } from './server-url';

/** All in ms, on the monotonic clock (S37). */
export interface Timeouts {
  /** From sending to the headers of the answer, connecting included; a body to send gets more by its size. */
  readonly headers: number;
  /** Silence inside the body of an answer. */
  readonly idle: number;
}

export const defaultTimeouts: Timeouts = { headers: 30_000, idle: 30_000 };

/** A slow uplink of 16 KB/s still gets its body through before `headers` strikes. */
const slowestUpload = 16;
const maxRedirects = 5;

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Value of the Authorization header; null sends none. */
  readonly authorization: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpContext {
  readonly traffic: Traffic;
  readonly timeouts: Timeouts;
  /** Those that are told when they are in doubt (S26). */
  readonly connections?: Connections;
  readonly signal: AbortSignal;
}

/** An answer whose headers are here. Its body has to be read to the end or discarded. */
export interface HttpAnswer {
  /** All URLs asked, the first to the last: more than one after redirects. */
  readonly urls: readonly URL[];
  /** The last of `urls`: who answered. */
  readonly url: URL;
  /** A redirect led to another origin, so the credentials were left behind (S13). */
  readonly leftCredentials: boolean;
  readonly status: number;
  readonly headers: Headers;
  /** The decoded body, piece by piece. `idle`: ms of silence before it fails with `timeout`. */
  chunks(idle?: () => number): AsyncGenerator<Uint8Array, void, undefined>;
  /** The whole decoded body; `too-large` past `limit` octets. */
  bytes(limit: number): Promise<Uint8Array>;
  /** Lets go of an answer that nobody wants to read. */
  discard(): void;
}

/**
 * Sends a request, follows its redirects by hand (S13: credentials never follow to another origin), and answers whatever
 * the status is. Fails with a SyncError: offline, host-not-found, tls, insecure, timeout, protocol, cancelled.
 */
export async function sendHttp(request: HttpRequest, context: HttpContext): Promise<HttpAnswer> {
  const { connections = new Connections() } = context;
  const link = connections.begin(request.url.host, context.signal);
  try {
    let { url, authorization } = request;
    const urls = [requireSafeUrl(url)];
    for (;;) {
      const response = await fetchOnce({ ...request, url, authorization }, context, link);
      const target = redirectTarget(response, request.method, url);
      if (target === null) {
        const leftCredentials = request.authorization !== null && authorization === null;
        return httpAnswer(response, { urls, url, leftCredentials }, context, link);
      }
      await response.body?.cancel();
      if (urls.length > maxRedirects) {
        throw new SyncError('protocol', `${url.host} sends from one address to the next without end.`, {
          details: urls.map(describeUrl).join(' → '),
        });
      }
      if (target.origin !== url.origin) authorization = null;
      url = target;
      urls.push(url);
    }
  } catch (error) {
    link.release();
    throw error;
  }
}

async function fetchOnce(request: HttpRequest, context: HttpContext, link: Exchange): Promise<Response> {
  const { url, method, authorization, body } = request;
  const { traffic, timeouts, connections } = context;
  const size = body === undefined ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  const timer = setTimeout(
    () => link.abort(new SyncError('timeout', `${url.host} did not answer in time.`, { details: describeUrl(url) })),
    timeouts.headers + size / slowestUpload,
  );
  traffic.requests++;
  traffic.bytesSent += size;
  try {
    const response = await fetch(url, {
      ...connections?.dispatcher,
      method,
      headers: {
        'User-Agent': 'Mailpane',
        ...request.headers,
        ...(authorization === null ? {} : { Authorization: authorization }),
      },
      ...(body === undefined ? {} : { body: body as BodyInit }),
      redirect: 'manual',
      credentials: 'omit',
      signal: link.signal,
    });
    link.heard();
    return response;
  } catch (error) {
    throw link.signal.aborted ? reasonOf(link.signal) : networkError(error, url, 'headers');
  } finally {
    clearTimeout(timer);
  }
}

/** Where a redirect leads; null: this is no redirect. 307 and 308 keep method and body, the others are for GET only. */
function redirectTarget(response: Response, method: HttpRequest['method'], url: URL): URL | null {
  const { status } = response;
  if (![301, 302, 303, 307, 308].includes(status)) return null;
  const location = response.headers.get('Location') ?? '';
  const details = `${describeUrl(url)}: HTTP ${status}`;
  if (location === '' || !URL.canParse(location, url)) {
    throw new SyncError('protocol', `${url.host} sends on to an address that makes no sense.`, { details });
  }
  if (method !== 'GET' && status < 307) {
    throw new SyncError(
      'offline',
      `${url.host} sends requests elsewhere. Does this network want you to sign in first?`,
      {
        details,
      },
    );
  }
  const target = new URL(location, url);
  if (url.protocol === 'https:' && target.protocol === 'http:') {
    throw new SyncError('insecure', `${url.host} sends on to ${target.host} without encryption.`, { details });
  }
  return requireSafeUrl(target);
}

function httpAnswer(
  response: Response,
  origin: Pick<HttpAnswer, 'urls' | 'url' | 'leftCredentials'>,
  { traffic, timeouts }: HttpContext,
  link: Exchange,
): HttpAnswer {
  const { url } = origin;
  // What went over the wire is less than what is read where the answer is compressed.
  const onWire = Number.parseInt(response.headers.get('Content-Length') ?? '', 10);
  if (onWire > 0) traffic.bytesReceived += onWire;

  async function* chunks(idle = () => timeouts.idle): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      while (reader) {
        const timer = setTimeout(
          () => link.abort(new SyncError('timeout', `${url.host} stopped answering.`, { details: describeUrl(url) })),
          idle(),
        );
        const { done, value } = await reader.read().finally(() => clearTimeout(timer));
        if (done) return;
        link.heard();
        if (Number.isNaN(onWire)) traffic.bytesReceived += value.byteLength;
        yield value;
      }
    } catch (error) {
      throw link.signal.aborted ? reasonOf(link.signal) : networkError(error, url, 'body');
    } finally {
      // Does nothing to a body that was read to its end; else it closes the connection.
      reader?.cancel().catch(() => undefined);
      link.release();
    }
  }

  async function bytes(limit: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of chunks()) {
      size += part.byteLength;
      if (size > limit) {
        throw new SyncError('too-large', `The answer of ${url.host} is larger than ${Math.round(limit / 1e6)} MB.`, {
          details: describeUrl(url),
        });
      }
      parts.push(part);
    }
    return Buffer.concat(parts, size);
  }

  function discard(): void {
    link.release();
    response.body?.cancel().catch(() => undefined);
  }

  return { ...origin, status: response.status, headers: response.headers, chunks, bytes, discard };
}
