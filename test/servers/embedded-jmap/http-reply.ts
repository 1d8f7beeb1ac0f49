import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { HttpFault } from './faults';
import { isObject, type JsonObject } from './json';
import type { Stats } from './stats';

/** A whole answer, ready to be sent or spoiled. */
export type Reply = { status: number; headers: Record<string, string>; body: Buffer };

export function jsonReply(json: unknown, status = 200): Reply {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers, body: Buffer.from(JSON.stringify(json)) };
}

/** RFC 7807. */
export function problemReply(problem: JsonObject, status: number, headers: Record<string, string> = {}): Reply {
  const body = Buffer.from(JSON.stringify({ status, ...problem }));
  return { status, headers: { 'content-type': 'application/problem+json', ...headers }, body };
}

/** The body of a request, or undefined if it is larger than `maxSize` octets. */
export async function readBody(request: IncomingMessage, maxSize: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Read to the end in any case: a client that is still writing would not see the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxSize) chunks.push(chunk);
  }
  return size <= maxSize ? Buffer.concat(chunks) : undefined;
}

/** The answer of a fault that keeps the request from being carried out, or undefined if it is carried out. */
export function replyInstead(fault: HttpFault | undefined): Reply | undefined {
  switch (fault?.kind) {
    case 'status': {
      const retry = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      const challenge = fault.status === 401 ? { 'www-authenticate': 'Basic realm="mail"' } : {};
      return problemReply({ type: 'about:blank', detail: 'As ordered' }, fault.status, { ...retry, ...challenge });
    }
    case 'redirect':
      return { status: fault.status ?? 302, headers: { location: fault.location }, body: Buffer.alloc(0) };
    case 'requestError': {
      const limit = fault.limit === undefined ? {} : { limit: fault.limit };
      return problemReply({ type: `urn:ietf:params:jmap:error:${fault.type}`, detail: 'As ordered', ...limit }, 400);
    }
    case 'contentType':
      if (fault.body === undefined) return undefined;
      return { status: 200, headers: { 'content-type': fault.type }, body: Buffer.from(fault.body) };
    case undefined:
    case 'hang':
    case 'reset':
    case 'loseAnswer':
    case 'truncate':
    case 'malformed':
    case 'delay':
    case 'drip':
    case 'mutateAnswer':
      return undefined;
  }
}

/** Sends the answer as the fault would have it. */
export async function sendReply(
  reply: Reply,
  fault: HttpFault | undefined,
  response: ServerResponse,
  stats: Stats,
): Promise<void> {
  const spoiled = spoil(reply, fault);
  if (fault?.kind === 'loseAnswer') {
    response.destroy();
    return;
  }
  if (fault?.kind === 'delay') await sleep(fault.ms);
  const cut = fault?.kind === 'truncate' && fault.cut === true;
  const promised = cut ? reply.body.length : spoiled.body.length;
  response.writeHead(spoiled.status, { ...spoiled.headers, 'content-length': promised });
  stats.bytesOut += spoiled.body.length;
  if (cut) {
    response.write(spoiled.body, () => response.destroy());
  } else if (fault?.kind === 'drip') {
    await drip(spoiled.body, fault.octets, fault.everyMs, response);
  } else {
    response.end(spoiled.body);
  }
}

function spoil(reply: Reply, fault: HttpFault | undefined): Reply {
  switch (fault?.kind) {
    case 'truncate':
      return { ...reply, body: reply.body.subarray(0, Math.floor(reply.body.length * (fault.share ?? 0.5))) };
    case 'malformed':
      return { ...reply, body: Buffer.from(`{"methodResponses": [oops${reply.body.toString('utf8').slice(1)}`) };
    case 'contentType':
      return { ...reply, headers: { ...reply.headers, 'content-type': fault.type } };
    case 'mutateAnswer': {
      const answer: unknown = JSON.parse(reply.body.toString('utf8'));
      return { ...reply, body: Buffer.from(JSON.stringify(fault.change(isObject(answer) ? answer : {}))) };
    }
    default:
      return reply;
  }
}

async function drip(body: Buffer, octets: number, everyMs: number, response: ServerResponse): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at += octets) {
    response.write(body.subarray(at, at + octets));
    await sleep(everyMs);
  }
  response.end();
}
