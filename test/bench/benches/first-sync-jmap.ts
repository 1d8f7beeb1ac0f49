/**
 * The first sync of 10,000 messages from Cyrus into a fresh database file, from signing in until nothing is owed: rows,
 * threads, counters, checkpoints, all durable.
 *
 * The reference is a bare loop over `fetch` that asks for the same: the session, the ids (in pages of as many), and the
 * same properties in the same batches with the same number of requests in flight. It parses each answer and throws it
 * away. Both sides take turns against one server (ABAB…), and the medians are compared. So the ratio is what it costs to
 * keep the mail, as far as that does not hide behind the server's work.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { insertAccount } from '../../../src/db/accounts';
import { countEmails } from '../../../src/db/emails';
import { closeMailDb, openMailDb } from '../../../src/db/open-mail-db';
import type { Account } from '../../../src/model/account';
import type { AccountId } from '../../../src/model/ids';
import { createJmapBackend } from '../../../src/sync/jmap/backend';
import { listProperties } from '../../../src/sync/jmap/email-item';
import { startSeededCyrus } from '../../servers/seeded-cyrus';
import { users } from '../../servers/users';
import { median, processorSeconds, rounded, type Bench } from '../bench';

const messages = 10_000;
const rounds = 5;
/** As in src/sync/jmap: id-walk.ts and reconcile.ts. */
const idsAtOnce = 4096;
const messagesAtOnce = 500;
const requestsAtOnce = 3;

const signal = new AbortController().signal;
const { email: user, password } = users.alice;

export const bench: Bench = {
  name: 'first-sync-jmap',
  description: '10,000 messages from Cyrus into a fresh database, against a bare fetch loop for the same properties',
  async run({ log }) {
    const server = await startSeededCyrus({ count: messages });
    try {
      const sessionUrl = `${server.jmapUrl}/.well-known/jmap`;
      await fetchAll(sessionUrl); // the server's caches are warm for both
      const ours: Sync[] = [];
      const theirs: number[] = [];
      const inTurn: number[] = [];
      const processor = { ours: 0, reference: 0 };
      for (let round = 0; round < rounds; round++) {
        const sync = await firstSync(sessionUrl);
        const before = processorSeconds();
        ours.push(sync);
        theirs.push(await fetchAll(sessionUrl));
        processor.ours += sync.processorSeconds;
        processor.reference += processorSeconds() - before;
        inTurn.push(await fetchAll(sessionUrl, 1));
        log(
          `${rounded(sync.seconds, 2)} s, first 50 after ${rounded(sync.first50Seconds, 2)} s; bare ${rounded(theirs.at(-1) ?? 0, 2)} s`,
        );
      }
      const [seconds, reference] = [median(ours.map((sync) => sync.seconds)), median(theirs)];
      const last = ours.at(-1);
      return {
        name: 'first-sync-jmap',
        ours: rounded(seconds),
        reference: rounded(reference),
        ratio: rounded(seconds / reference, 2),
        /** Of each pair of neighbours in time: what noise there is in the machine falls on both. */
        pairedRatio: rounded(median(ours.map((sync, index) => sync.seconds / (theirs[index] ?? Number.NaN))), 2),
        unit: 's (median)',
        /** The plainest loop there is, one request after the other: what doing several at once is worth. */
        inTurn: rounded(median(inTurn)),
        ratioInTurn: rounded(seconds / median(inTurn), 2),
        first50Seconds: rounded(median(ours.map((sync) => sync.first50Seconds))),
        /** Of our side of the connection, a round: what a busy machine does not change. */
        processorSeconds: rounded(processor.ours / rounds),
        referenceProcessorSeconds: rounded(processor.reference / rounds),
        messages,
        rounds,
        requests: last?.requests,
        bytesReceived: last?.bytesReceived,
      };
    } finally {
      await server.stop();
    }
  },
};

interface Sync {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly first50Seconds: number;
  readonly requests: number;
  readonly bytesReceived: number;
}

async function firstSync(sessionUrl: string): Promise<Sync> {
  const folder = mkdtempSync(join(tmpdir(), 'mailpane-first-sync-'));
  const db = await openMailDb(folder, { onChanged: () => undefined });
  const account: Account = {
    id: 'bench' as AccountId,
    name: 'Bench',
    email: user,
    settings: { protocol: 'jmap', sessionUrl, auth: 'basic', username: user },
  };
  insertAccount(db, account, Date.now());
  const backend = createJmapBackend({ account, secret: password, db, warn: (text) => console.warn(text) });
  try {
    const processor = processorSeconds();
    const start = performance.now();
    await backend.connect(signal);
    await backend.syncChanges(signal);
    const first50 = performance.now();
    while (backend.needsBackfill) {
      await backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, signal);
    }
    const end = performance.now();
    const used = processorSeconds() - processor;
    const stored = countEmails(db, account.id);
    if (stored !== messages) throw new Error(`${stored} messages were stored`);
    return {
      seconds: (end - start) / 1000,
      processorSeconds: used,
      first50Seconds: (first50 - start) / 1000,
      ...backend.traffic,
    };
  } finally {
    backend.dispose();
    closeMailDb(db);
    rmSync(folder, { recursive: true });
  }
}

/** The seconds of the bare loop. */
async function fetchAll(sessionUrl: string, atOnce = requestsAtOnce): Promise<number> {
  const start = performance.now();
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const answer = await fetch(sessionUrl, { headers: { authorization } });
  const session = (await answer.json()) as { apiUrl: string; primaryAccounts: Record<string, string> };
  const apiUrl = new URL(session.apiUrl, answer.url);
  const accountId = session.primaryAccounts['urn:ietf:params:jmap:mail'];

  async function call(method: string, args: Record<string, unknown>): Promise<{ ids?: string[]; list?: unknown[] }> {
    const body = JSON.stringify({
      using: ['urn:ietf:params:jmap:core', 'urn:ietf:params:jmap:mail'],
      methodCalls: [[method, { accountId, ...args }, 'c']],
    });
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(apiUrl, { method: 'POST', headers, body });
    const { methodResponses } = (await response.json()) as { methodResponses: [string, object][] };
    return methodResponses[0]?.[1] ?? {};
  }

  const ids: string[] = [];
  const sort = [{ property: 'receivedAt', isAscending: false }];
  while (ids.length < messages) {
    const page = await call('Email/query', { sort, position: ids.length, limit: idsAtOnce, calculateTotal: true });
    ids.push(...(page.ids ?? []));
  }
  let fetched = 0;
  const worker = async (): Promise<void> => {
    for (let page = ids.splice(0, messagesAtOnce); page.length > 0; page = ids.splice(0, messagesAtOnce)) {
      const { list = [] } = await call('Email/get', { ids: page, properties: listProperties });
      fetched += list.length;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (fetched !== messages) throw new Error(`${fetched} messages were fetched`);
  return (performance.now() - start) / 1000;
}
