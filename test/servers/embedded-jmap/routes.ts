import type { IncomingMessage, ServerResponse } from 'node:http';

import { methodNames, parseApiRequest, runApiRequest } from './api-request';
import { RequestError } from './errors';
import type { Faults } from './faults';
import { jsonReply, problemReply, readBody, replyInstead, sendReply, type Reply } from './http-reply';
import type { Push } from './push';
import { sessionResource, sessionState, type SessionSettings } from './session-resource';
import type { Endpoint, Stats } from './stats';
import { authenticate, type User } from './users';

/** How `/.well-known/jmap` answers: with the session, with a redirect to it, or not at all. */
export type WellKnown = 'session' | 'redirect' | 'missing';

/** All that a request may need of the server. */
export type Server = {
  users: Map<string, User>;
  settings: SessionSettings;
  wellKnown: WellKnown;
  faults: Faults;
  stats: Stats;
  push: Push;
  origin: string;
  sentAway: (message: { from: string; to: string[]; raw: Buffer }) => void;
};

const SESSION_PATH = '/jmap/session';

/** Answers one HTTP request. */
export async function handle(request: IncomingMessage, response: ServerResponse, server: Server): Promise<void> {
  const { faults, stats, settings } = server;
  const url = new URL(request.url ?? '/', server.origin);
  const endpoint = endpointOf(url.pathname, settings.apiPath);
  const user = authenticate(request.headers, server.users.values());
  stats.httpRequests++;
  stats.requests[endpoint]++;
  const { maxSizeRequest, maxSizeUpload } = settings.limits;
  const body = await readBody(request, endpoint === 'upload' ? maxSizeUpload : maxSizeRequest);
  stats.bytesIn += body?.length ?? 0;
  const methods = endpoint === 'api' && body !== undefined ? methodNames(body.toString('utf8')) : [];
  const occasion = { endpoint, path: url.pathname, methods, user: user?.name };
  const fault = faults.takeHttp(occasion);
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'reset') {
    response.destroy();
    return;
  }
  if (endpoint === 'eventSource' && user !== undefined && settings.push && fault === undefined) {
    const silence = faults.takePush(occasion);
    const lastEventId = request.headers['last-event-id'];
    const last = typeof lastEventId === 'string' ? lastEventId : undefined;
    server.push.open(user, url.searchParams, last, response, silence !== undefined);
    return;
  }
  const reply = replyInstead(fault) ?? answer({ request, url, endpoint, body, user }, server);
  await sendReply(request.method === 'HEAD' ? { ...reply, body: Buffer.alloc(0) } : reply, fault, response, stats);
}

function endpointOf(path: string, apiPath: string): Endpoint {
  if (path === '/.well-known/jmap') return 'wellKnown';
  if (path === SESSION_PATH) return 'session';
  if (path === apiPath) return 'api';
  if (path.startsWith('/jmap/upload/')) return 'upload';
  if (path.startsWith('/jmap/download/')) return 'download';
  return path.startsWith('/jmap/eventsource/') ? 'eventSource' : 'unknown';
}

type Asked = {
  request: IncomingMessage;
  url: URL;
  endpoint: Endpoint;
  body: Buffer | undefined;
  user: User | undefined;
};

function answer(asked: Asked, server: Server): Reply {
  const { endpoint, user } = asked;
  const isWellKnown = endpoint === 'wellKnown';
  if (endpoint === 'unknown' || (isWellKnown && server.wellKnown === 'missing')) return notFound();
  // Before anybody logs in: credentials are not needed to be sent elsewhere.
  if (isWellKnown && server.wellKnown === 'redirect') {
    return { status: 301, headers: { location: SESSION_PATH }, body: Buffer.alloc(0) };
  }
  if (user === undefined) return unauthorized();
  switch (endpoint) {
    case 'wellKnown':
    case 'session':
      return jsonReply(sessionResource(user, server.settings, server.origin));
    case 'api':
      return api(asked, user, server);
    case 'upload':
      return upload(asked, user);
    case 'download':
      return download(asked, user);
    case 'eventSource':
      return notFound();
  }
}

function api({ request, body }: Asked, user: User, server: Server): Reply {
  if (request.method !== 'POST') return problemReply({ type: 'about:blank', detail: 'POST only' }, 405);
  const { limits } = server.settings;
  try {
    if (body === undefined) throw new RequestError('limit', 'The request is too large', 'maxSizeRequest');
    const parsed = parseApiRequest(body.toString('utf8'), request.headers['content-type'], limits.maxCallsInRequest);
    const { faults, stats, sentAway } = server;
    const users = server.users.values();
    const environment = { user, users: [...users], limits, faults, stats, sentAway };
    return jsonReply(runApiRequest(parsed, { ...environment, sessionState: sessionState(server.settings) }));
  } catch (error) {
    if (error instanceof RequestError) return problemReply(error.toProblem(), 400);
    throw error;
  }
}

/** RFC 8620 §6.1. */
function upload({ request, url, body }: Asked, user: User): Reply {
  if (request.method !== 'POST') return problemReply({ type: 'about:blank', detail: 'POST only' }, 405);
  if (!url.pathname.startsWith(`/jmap/upload/${user.account.id}/`)) return notFound();
  if (body === undefined) {
    const problem = new RequestError('limit', 'The upload is too large', 'maxSizeUpload').toProblem();
    return problemReply({ ...problem, status: 413 }, 413);
  }
  const type = request.headers['content-type'] ?? 'application/octet-stream';
  const blobId = user.account.blobs.put(body);
  return jsonReply({ accountId: user.account.id, blobId, type, size: body.length }, 201);
}

/** RFC 8620 §6.2. */
function download({ url }: Asked, user: User): Reply {
  const [accountId, blobId = '', name = ''] = url.pathname.split('/').slice(3).map(decodeURIComponent);
  const octets = accountId === user.account.id ? user.account.blobs.get(blobId) : undefined;
  if (octets === undefined) return notFound();
  const headers = {
    'content-type': url.searchParams.get('accept') ?? 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    'cache-control': 'private, immutable, max-age=31536000',
  };
  return { status: 200, headers, body: octets };
}

function notFound(): Reply {
  return problemReply({ type: 'about:blank', detail: 'There is nothing here' }, 404);
}

function unauthorized(): Reply {
  const headers = { 'www-authenticate': 'Basic realm="mail", charset="UTF-8", Bearer realm="mail"' };
  return problemReply({ type: 'about:blank', detail: 'Wrong user name, password or token' }, 401, headers);
}
