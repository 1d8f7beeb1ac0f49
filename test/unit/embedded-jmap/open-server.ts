import { afterEach } from 'vitest';

import type { AccountControl } from '../../servers/embedded-jmap/account-control';
import {
  startEmbeddedJmap,
  type EmbeddedJmap,
  type EmbeddedJmapOptions,
} from '../../servers/embedded-jmap/embedded-jmap';
import { connectJmap, type RawJmap } from '../../servers/raw-jmap';

export type Open = {
  server: EmbeddedJmap;
  /** Alice's account from behind. */
  alice: AccountControl;
  /** Alice's account over HTTP. */
  jmap: RawJmap;
};

export const ALICE = `Basic ${Buffer.from('alice@example.test:secret-alice').toString('base64')}`;

const running: EmbeddedJmap[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

/** A server for one test; it is stopped when the test ends. */
export async function open(options: EmbeddedJmapOptions = {}): Promise<Open> {
  const server = await startEmbeddedJmap(options);
  running.push(server);
  const jmap = await connectJmap({ url: server.url, user: 'alice@example.test', password: 'secret-alice' });
  server.stats.reset();
  return { server, alice: server.account('alice'), jmap };
}

/** A small message; further header lines may be given. */
export function message(subject: string, body = 'Hello.', headers: string[] = []): string {
  const lines = ['From: Bob <bob@example.test>', 'To: alice@example.test', `Subject: ${subject}`, ...headers];
  return [...lines, '', body, ''].join('\r\n');
}

/** Posts to the API whatever is given, as Alice. */
export function post(server: EmbeddedJmap, body: string, contentType = 'application/json'): Promise<Response> {
  const headers = { authorization: ALICE, 'content-type': contentType };
  return fetch(`${server.url}/jmap/api/`, { method: 'POST', headers, body });
}
