/** What a cycle with nothing new costs on Cyrus with 10,000 messages: HTTP requests (the least there can be is one), octets, time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { insertAccount } from '../../../src/db/accounts';
import { closeMailDb, openMailDb } from '../../../src/db/open-mail-db';
import type { Account } from '../../../src/model/account';
import type { AccountId } from '../../../src/model/ids';
import { createJmapBackend } from '../../../src/sync/jmap/backend';
import { startSeededCyrus } from '../../servers/seeded-cyrus';
import { users } from '../../servers/users';
import { percentile, rounded, type Bench } from '../bench';

const messages = 10_000;
const cycles = 50;
const signal = new AbortController().signal;

export const bench: Bench = {
  name: 'idle-cycle-jmap',
  description: 'a cycle with nothing new, 10,000 messages on Cyrus: HTTP requests',
  async run() {
    const server = await startSeededCyrus({ count: messages });
    const folder = mkdtempSync(join(tmpdir(), 'mailpane-idle-cycle-'));
    const db = await openMailDb(folder, { onChanged: () => undefined });
    const { email: user, password } = users.alice;
    const sessionUrl = `${server.jmapUrl}/.well-known/jmap`;
    const account: Account = {
      id: 'bench' as AccountId,
      name: 'Bench',
      email: user,
      settings: { protocol: 'jmap', sessionUrl, auth: 'basic', username: user },
    };
    insertAccount(db, account, Date.now());
    const backend = createJmapBackend({ account, secret: password, db, warn: (text) => console.warn(text) });
    try {
      await backend.connect(signal);
      await backend.syncChanges(signal);
      await backend.backfill({ shouldYield: () => false, onProgress: () => undefined }, signal);
      await backend.syncChanges(signal);
      const before = { ...backend.traffic };
      const written = db.mail.stats.bytesWritten;
      const times: number[] = [];
      for (let cycle = 0; cycle < cycles; cycle++) {
        const start = performance.now();
        await backend.syncChanges(signal);
        times.push(performance.now() - start);
      }
      const { requests, bytesReceived, bytesSent } = backend.traffic;
      const ours = (requests - before.requests) / cycles;
      return {
        name: 'idle-cycle-jmap',
        ours,
        reference: 1,
        ratio: ours,
        unit: 'HTTP requests',
        milliseconds: rounded(percentile(times, 0.5), 1),
        bytesReceived: Math.round((bytesReceived - before.bytesReceived) / cycles),
        bytesSent: Math.round((bytesSent - before.bytesSent) / cycles),
        bytesWrittenToDisk: db.mail.stats.bytesWritten - written,
        messages,
        cycles,
      };
    } finally {
      backend.dispose();
      closeMailDb(db);
      rmSync(folder, { recursive: true });
      await server.stop();
    }
  },
};
