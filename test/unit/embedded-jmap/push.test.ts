import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { describe, expect, it } from 'vitest';

import { ALICE, message, open, type Open } from './open-server';

/** Reads events until there are so many, or the connection ends. */
async function* events(response: Response): AsyncGenerator<EventSourceMessage> {
  const queue: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => queue.push(event) });
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* queue.splice(0);
  }
}

async function listen({ server }: Open, query: string, lastEventId?: string) {
  const headers = { authorization: ALICE, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
  const response = await fetch(`${server.url}/jmap/eventsource/?${query}`, { headers });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  return events(response);
}

async function nextEvent(stream: AsyncGenerator<EventSourceMessage>): Promise<EventSourceMessage> {
  const result = await stream.next();
  if (result.done === true) throw new Error('The push connection ended');
  return result.value;
}

describe('push (RFC 8620 §7)', () => {
  it('S12: tells of a new state, once a unit of work, to its owner only', async () => {
    const test = await open();
    const stream = await listen(test, 'types=*&closeafter=no&ping=0');
    test.server.account('bob').deliver(message('For Bob'));
    test.alice.deliverAll([{ raw: message('One') }, { raw: message('Two') }]);
    const event = await nextEvent(stream);
    expect(event.event).toBe('state');
    const { changed } = JSON.parse(event.data) as { changed: Record<string, Record<string, string>> };
    expect(Object.keys(changed)).toEqual(['A1']);
    expect(Object.keys(changed.A1 ?? {}).sort()).toEqual(['Email', 'EmailDelivery', 'Mailbox', 'Thread']);
    expect(changed.A1?.Email).toBe((await test.jmap.call('Email/get', { ids: [] })).state);
    expect(test.server.stats.pushEvents).toBe(1);
  });

  it('S12: tells only of the types asked for, and closes after a state if asked', async () => {
    const test = await open();
    const stream = await listen(test, 'types=Mailbox&closeafter=state&ping=0');
    test.alice.createMailbox('Lists');
    const seen: string[] = [];
    for await (const event of stream) seen.push(event.data);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain('"Mailbox"');
    expect(seen[0]).not.toContain('"Email"');
    expect(test.server.push.count()).toBe(0);
  });

  it('S12: pings in the interval asked for', async () => {
    const test = await open();
    const stream = await listen(test, 'types=*&closeafter=no&ping=0.02');
    expect(await nextEvent(stream)).toMatchObject({ event: 'ping', data: '{"interval":0.02}' });
  });

  it('S12: tells at once what a client missed between two connections', async () => {
    const test = await open();
    const first = await listen(test, 'types=*&closeafter=state&ping=0');
    test.alice.deliver(message('Seen'));
    const seen = await nextEvent(first);
    test.alice.deliver(message('Missed'));
    const second = await listen(test, 'types=Email&closeafter=state&ping=0', seen.id);
    const missed = await nextEvent(second);
    expect(missed.data).toContain((await test.jmap.call('Email/get', { ids: [] })).state);
  });

  it('S12: on cue the connection drops, or stays silent', async () => {
    const test = await open();
    const dropped = await listen(test, 'types=*&closeafter=no&ping=0');
    expect(test.server.push.count('alice@example.test')).toBe(1);
    const ended = expect(dropped.next()).rejects.toThrow();
    test.server.faults.dropPush('alice@example.test');
    await ended;
    test.server.faults.next({ kind: 'silence' });
    await listen(test, 'types=*&closeafter=no&ping=0.01');
    test.server.stats.reset();
    test.alice.deliver(message('Unheard'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(test.server.push.count()).toBe(1);
    expect(test.server.stats).toMatchObject({ pushEvents: 0, bytesOut: 0 });
  });

  it('needs credentials, and can be missing altogether', async () => {
    const { server, jmap } = await open({ push: false });
    expect(jmap.session.eventSourceUrl).toBeUndefined();
    expect((await fetch(`${server.url}/jmap/eventsource/?types=*`, { headers: { authorization: ALICE } })).status).toBe(
      404,
    );
    server.updateSession({ push: true });
    expect((await fetch(`${server.url}/jmap/eventsource/?types=*`)).status).toBe(401);
  });
});
