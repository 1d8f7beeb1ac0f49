import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Connections } from '../../../../src/sync/jmap/connections';
import { sendHttp } from '../../../../src/sync/jmap/http';
import { failureOf } from './failing';
import { serve } from './http-server';

/** Far more than a test waits. */
const forever = 600_000;

interface Asking {
  readonly connections: Connections;
  /** A request, and its answer to the end. */
  readonly ask: () => Promise<string>;
  /** The server's side of the n-th request, from 0; what was sent of its body is here. */
  readonly answers: (number: number) => Promise<ServerResponse>;
  /** How many connections the server saw. */
  readonly count: () => number;
}

async function asking(proof: number): Promise<Asking> {
  const connections = new Connections(proof);
  onTestFinished(() => connections.close());
  const responses: ServerResponse[] = [];
  const sockets = new Set<unknown>();
  const origin = await serve((request, response) => {
    sockets.add(request.socket);
    responses.push(response);
  });
  return {
    connections,
    ask: async () => {
      const context = {
        traffic: { requests: 0, bytesReceived: 0, bytesSent: 0 },
        timeouts: { headers: forever, idle: forever },
        signal: new AbortController().signal,
        connections,
      };
      const answer = await sendHttp({ method: 'GET', url: new URL(origin), authorization: null, headers: {} }, context);
      return new TextDecoder().decode(await answer.bytes(1_000_000));
    },
    async answers(number) {
      for (;;) {
        const response = responses[number];
        if (response !== undefined) return response;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    count: () => sockets.size,
  };
}

describe('S26: connections in doubt', () => {
  it('a long answer that goes on is no dead one', async () => {
    const { connections, ask, answers } = await asking(1_000);
    const answer = ask();
    const response = await answers(0);
    let left = 40;
    const timer = setInterval(() => {
      response.write('x');
      if (--left > 0) return;
      clearInterval(timer);
      response.end();
    }, 50);
    connections.doubt();
    expect(await answer).toBe('x'.repeat(40));
  });

  it.each([
    ['no answer at all', () => undefined],
    ['an answer that stopped', (response: ServerResponse) => void response.write('half')],
  ])('%s is: what came before proves nothing', async (_, begin) => {
    const { connections, ask, answers } = await asking(500);
    const failure = failureOf(ask());
    begin(await answers(0));
    connections.doubt();
    expect((await failure).reason).toBe('offline');
  });

  it('what rests from before is not used again, and what is made since then is', async () => {
    const { connections, ask, answers, count } = await asking(forever);
    const askAll = async (from: number): Promise<void> => {
      for (let number = from; number < from + 8; number++) {
        const answer = ask();
        (await answers(number)).end();
        await answer;
      }
    };
    await askAll(0);
    const before = count();
    connections.doubt();
    await askAll(8);
    const after = count();
    expect(after).toBeGreaterThan(before);
    expect(after - before).toBeLessThan(8);
    connections.doubt(); // while the first one is proved: later
    await askAll(16);
    expect(count()).toBe(after);
  });

  it('its end leaves no timer behind', async () => {
    const { connections, ask, answers } = await asking(forever);
    const answer = ask();
    const response = await answers(0);
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    connections.doubt();
    expect(timers()).toBe(before + 2);
    connections.close();
    connections.doubt();
    expect(timers()).toBe(before);
    response.end('done');
    expect(await answer).toBe('done');
  });
});
