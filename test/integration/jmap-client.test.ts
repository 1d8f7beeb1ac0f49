import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { JmapSettings } from '../../src/model/account';
import { discover } from '../../src/sync/discovery/discover';
import { testConnection } from '../../src/sync/discovery/test-connection';
import { connectJmap, type JmapClient } from '../../src/sync/jmap/client';
import { startCyrus, type CyrusServer } from '../servers/cyrus';
import { failureOf } from '../unit/sync/jmap-client/failing';

const never = new AbortController().signal;
let cyrus: CyrusServer;

beforeAll(async () => {
  cyrus = await startCyrus();
}, 60_000);

afterAll(async () => {
  await cyrus.stop();
});

function settings(): JmapSettings {
  const sessionUrl = `${cyrus.jmapUrl}/.well-known/jmap`;
  return { protocol: 'jmap', sessionUrl, auth: 'basic', username: cyrus.users.alice.email };
}

async function connect(): Promise<JmapClient> {
  const client = await connectJmap({ settings: settings(), secret: cyrus.users.alice.password, signal: never });
  onTestFinished(() => client.close());
  return client;
}

describe('the JMAP client on Cyrus', () => {
  it('finds it from host and port without a credential', async () => {
    const { host } = new URL(cyrus.jmapUrl);
    const found = await discover(host, never);
    expect(found.map(({ settings }) => settings)).toEqual([
      { protocol: 'jmap', sessionUrl: `http://${host}/.well-known/jmap`, auth: 'basic', username: '' },
    ]);
  });

  it('tests the connection: mailboxes, a wrong password, a certificate that nobody vouches for', async () => {
    const { password } = cyrus.users.alice;
    expect(await testConnection(settings(), password, never)).toEqual({
      accountName: expect.stringContaining('alice') as string,
      mailboxes: 6,
    });
    expect((await failureOf(testConnection(settings(), 'wrong', never))).reason).toBe('auth');
    const tls = { ...settings(), sessionUrl: `${cyrus.jmapsUrl}/.well-known/jmap` };
    expect((await failureOf(testConnection(tls, password, never))).reason).toBe('tls');
  });

  it('S13: works with the relative URLs of its session and the redirect to it', async () => {
    const { session, limits, traffic } = await connect();
    expect(traffic.requests).toBe(2);
    expect(new URL(session.apiUrl).origin).toBe(cyrus.jmapUrl);
    expect(session.downloadUrl).toContain('{blobId}');
    expect(limits.maxObjectsInGet).toBeGreaterThan(0);
  });

  it('sends back-references, one HTTP request for all, and does not read the session again without need', async () => {
    const client = await connect();
    const before = client.traffic.requests;
    const calls = [
      { name: 'Mailbox/query', args: {}, id: 'query' },
      { name: 'Mailbox/get', args: { '#ids': { resultOf: 'query', name: 'Mailbox/query', path: '/ids' } }, id: 'get' },
    ];
    const schema = v.object({ list: v.array(v.object({ role: v.nullable(v.string()) })) });
    for (let i = 0; i < 3; i++) {
      const answers = await client.request(calls, never);
      expect(answers.read('get', schema).list.map(({ role }) => role)).toContain('inbox');
    }
    expect(client.traffic.requests - before).toBe(3);
  });

  it('S29: names the limit where Cyrus refuses the whole request', async () => {
    const client = await connect();
    const ids = Array.from({ length: 10_000 }, (_, index) => `M${index}`);
    const error = await failureOf(
      client.request([{ name: 'Email/get', args: { ids, properties: ['id'] }, id: 'g' }], never),
    );
    expect(error).toMatchObject({ reason: 'refused', type: 'limit', limit: 'maxObjectsInGet' });
  });

  it('gives a method error its type', async () => {
    const client = await connect();
    const answers = await client.request([{ name: 'Email/changes', args: { sinceState: 'made up' }, id: 'c' }], never);
    expect(answers.error('c')).toMatchObject({ type: 'invalidArguments', reason: 'refused' });
  });

  it('uploads and downloads octet by octet, under names that have to be encoded', async () => {
    const client = await connect();
    const folder = await mkdtemp(path.join(tmpdir(), 'mailpane-blobs-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const data = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256);
    const { blobId } = await client.upload(data, 'application/pdf', never);
    const file = path.join(folder, 'blob');
    const blob = { blobId, type: 'application/pdf', name: 'Größe & Maß #1.pdf' };
    expect(await client.download(blob, file, 1_000_000, never)).toBe(data.length);
    expect(Buffer.compare(await readFile(file), data)).toBe(0);
    const missing = client.download({ ...blob, blobId: `G${'0'.repeat(40)}` }, `${file}.2`, 1_000_000, never);
    expect((await failureOf(missing)).reason).toBe('not-found');
  });

  it('S12: this Cyrus has no push, which is told at once', async () => {
    const client = await connect();
    const events = { onConnected: () => expect.unreachable(), onState: () => expect.unreachable() };
    expect(await client.listen(['Email', 'Mailbox'], events, never)).toBe('unsupported');
  });
});
