import type { RequestListener, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { listenForPush, type PushTiming } from '../../../../src/sync/jmap/push';
import { failureOf } from './failing';
import { serve } from './http-server';

interface Listening {
  readonly ended: Promise<'unsupported'>;
  /** What the listener was told. */
  readonly told: unknown[];
  /** Resolves with the n-th state. */
  readonly state: (count: number) => Promise<void>;
  readonly stop: () => void;
}

async function listen(listener: RequestListener, timing: Partial<PushTiming> = {}): Promise<Listening> {
  const origin = await serve(listener);
  const told: unknown[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const controller = new AbortController();
  const ended = listenForPush(
    {
      eventSourceUrl: `${origin}/events?types={types}&closeafter={closeafter}&ping={ping}`,
      accountId: 'A',
      types: ['Email', 'Mailbox'],
      timing: { ping: 30, tolerance: 20_000, ...timing },
    },
    'Bearer token',
    {
      onConnected: () => told.push('connected'),
      onState: (changed) => {
        told.push(changed);
        for (const { count, resolve } of waiting) if (told.length > count) resolve();
      },
    },
    {
      traffic: { requests: 0, bytesReceived: 0, bytesSent: 0 },
      timeouts: { headers: 10_000, idle: 1 },
      signal: controller.signal,
    },
  );
  ended.catch(() => undefined);
  return {
    ended,
    told,
    state: (count) => new Promise((resolve) => waiting.push({ count, resolve })),
    stop: () => controller.abort(),
  };
}

function open(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
}

function stateEvent(changed: unknown): string {
  return `event: state\ndata: ${JSON.stringify({ '@type': 'StateChange', changed })}\n\n`;
}

describe('push', () => {
  it('asks for its types and a ping, with credentials, and for no compression', async () => {
    const { ended, told, state, stop } = await listen((request, response) => {
      open(response);
      const { authorization, 'accept-encoding': encoding } = request.headers;
      const asked = { url: request.url ?? '', authorization: authorization ?? '', encoding: String(encoding) };
      response.write(stateEvent({ A: asked }));
    });
    await state(1);
    stop();
    expect((await failureOf(ended)).reason).toBe('cancelled');
    expect(told).toEqual([
      'connected',
      {
        url: '/events?types=Email%2CMailbox&closeafter=no&ping=30',
        authorization: 'Bearer token',
        encoding: 'identity',
      },
    ]);
  });

  it('tells of our account only, however the octets are cut', async () => {
    const events = [
      ': a comment\n\n',
      stateEvent({ B: { Email: 'b1' } }),
      stateEvent({ B: { Email: 'b2' }, A: { Email: 'ä1', Mailbox: null } }),
      'event: unknown\ndata: {}\n\n',
      stateEvent({ A: { Email: 'ä2' } }).replaceAll('\n', '\r\n'),
    ];
    const octets = Buffer.from(events.join(''));
    const { told, state, stop } = await listen((_, response) => {
      open(response);
      for (let at = 0; at < octets.length; at += 7) response.write(octets.subarray(at, at + 7));
    });
    await state(2);
    stop();
    expect(told).toEqual(['connected', { Email: 'ä1' }, { Email: 'ä2' }]);
  });

  it('S12: silence longer than ping and tolerance is a dead connection', async () => {
    const { ended, told } = await listen((_, response) => open(response), { ping: 0.05, tolerance: 50 });
    expect(await failureOf(ended)).toMatchObject({
      reason: 'offline',
      message: expect.stringContaining('silent') as string,
    });
    expect(told).toEqual(['connected']);
  });

  it('S12: a server that pings less often than asked says so, and is believed', async () => {
    const { told, state, stop } = await listen(
      (_, response) => {
        open(response);
        response.write('event: ping\ndata: {"interval":5}\n\n');
        setTimeout(() => response.write(stateEvent({ A: { Email: '1' } })), 600);
      },
      { ping: 0.1, tolerance: 100 },
    );
    await state(1);
    stop();
    expect(told).toEqual(['connected', { Email: '1' }]);
  });

  it('S12: pings and comments keep it alive', async () => {
    const { told, state, stop } = await listen(
      (_, response) => {
        open(response);
        let left = 10;
        const timer = setInterval(() => {
          if (left-- > 0) response.write(left % 2 ? ': still here\n\n' : 'event: ping\ndata: nonsense\n\n');
          else {
            clearInterval(timer);
            response.write(stateEvent({ A: { Email: '1' } }));
          }
        }, 100);
      },
      { ping: 0.3, tolerance: 300 },
    );
    await state(1);
    stop();
    expect(told).toEqual(['connected', { Email: '1' }]);
  });

  it('a connection that the server closes or cuts is offline', async () => {
    const closed = await listen((_, response) => {
      open(response);
      response.end();
    });
    expect((await failureOf(closed.ended)).reason).toBe('offline');
    const cut = await listen((_, response) => {
      open(response);
      setTimeout(() => response.destroy(), 20);
    });
    expect((await failureOf(cut.ended)).reason).toBe('offline');
  });

  it.each([204, 404, 405, 501])('HTTP %i: there is none', async (status) => {
    const { ended, told } = await listen((_, response) => response.writeHead(status).end());
    expect(await ended).toBe('unsupported');
    expect(told).toEqual([]);
  });

  it('no URL: there is none', async () => {
    const timing = { ping: 30, tolerance: 20_000 };
    const context = {
      traffic: { requests: 0, bytesReceived: 0, bytesSent: 0 },
      timeouts: { headers: 1000, idle: 1000 },
      signal: new AbortController().signal,
    };
    const subscription = { eventSourceUrl: null, accountId: 'A', types: [], timing };
    const events = { onConnected: () => undefined, onState: () => undefined };
    expect(await listenForPush(subscription, 'Bearer token', events, context)).toBe('unsupported');
    expect(context.traffic.requests).toBe(0);
  });

  it.each([
    [401, {}, 'auth'],
    [503, {}, 'unavailable'],
    [200, { 'content-type': 'text/html' }, 'protocol'],
  ])('HTTP %i %j is an error, not a server without push', async (status, headers, reason) => {
    const { ended } = await listen((_, response) => response.writeHead(status, headers).end());
    expect((await failureOf(ended)).reason).toBe(reason);
  });

  it.each([
    ['event: state\ndata: {"changed":\n\n'],
    ['event: state\ndata: {"@type":"StateChange","changed":5}\n\n'],
    [`event: state\ndata: ${'x'.repeat(1_100_000)}`],
  ])('an event that makes no sense starts the connection anew: it may have told of a change', async (event) => {
    const { ended, told } = await listen((_, response) => {
      open(response);
      response.write(event);
    });
    expect((await failureOf(ended)).reason).toBe('protocol');
    expect(told).toEqual(['connected']);
  });
});
