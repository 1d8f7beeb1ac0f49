/** The process that the benchmark `memory` looks at: `node memory-process.js FOLDER ACCOUNT SECRET`; no folder: opens nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ListCursor } from '../../src/db/message-lists';
import { openEngine } from '../../src/engine/engine';
import type { AccountId } from '../../src/model/ids';

/** All in MB. */
export interface MemorySample {
  /** Resident, after a garbage collection. */
  readonly settled: number;
  /** The most there was at any time. */
  readonly peak: number;
  /** Of JavaScript, in use. */
  readonly heap: number;
}

const pages = 10;
const signal = new AbortController().signal;
const window = {};

async function work(folder: string, accountId: AccountId, secret: string): Promise<() => Promise<void>> {
  const engine = await openEngine({ folder, emit: () => undefined, onOver: () => undefined });
  const boxes = await engine.handle('mailboxes/list', {}, signal, window);
  const inbox = boxes.find(({ role }) => role === 'inbox');
  if (inbox === undefined) throw new Error('there is no inbox');
  let after: ListCursor | null = null;
  for (let page = 0; page < pages; page++) {
    const list: { readonly next: ListCursor | null } = await engine.handle(
      'messages/list',
      { source: { mailboxId: inbox.id }, limit: 100, after },
      signal,
      window,
    );
    after = list.next;
  }
  await engine.handle('accounts/authenticate', { accountId, secret }, signal, window);
  const start = performance.now();
  for (;;) {
    const { accounts } = await engine.handle('overview', {}, signal, window);
    if (accounts[0]?.status.state === 'idle') break;
    if (performance.now() - start > 20_000) throw new Error(JSON.stringify(accounts));
    await delay(20);
  }
  return () => engine.close();
}

async function main([folder = '', accountId = '', secret = '']: string[]): Promise<void> {
  const close = folder === '' ? undefined : await work(folder, accountId as AccountId, secret);
  globalThis.gc?.();
  await delay(100);
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const sample: MemorySample = {
    settled: rss / 1e6,
    peak: process.resourceUsage().maxRSS / 1e3,
    heap: heapUsed / 1e6,
  };
  await close?.();
  console.log(JSON.stringify(sample));
}

void main(process.argv.slice(2));
