import { setTimeout as sleep } from 'node:timers/promises';
import type { FuzzClient } from './client';

/** Something that must never be (S40). */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
  /** What went between client and server in that run. */
  wire: readonly string[] = [];
}

/** ms after which a client that has not come to rest never will. */
const patience = 60_000;

/**
 * Waits until nothing waits to be sent, nothing is owed, and two cycles in a row found nothing new. Throws FuzzFailure where
 * that never happens. Returns at once where the disk dies.
 */
export async function rest(client: FuzzClient): Promise<void> {
  const deadline = performance.now() + patience;
  for (let quiet = 0; quiet < 2 && !client.disk.isDead;) {
    const mark = client.log(1)[0]?.id ?? 0;
    client.wake();
    await until(client, deadline, () =>
      client.log(20).some(({ id, kind, level }) => id > mark && kind === 'changes' && level === 'info'),
    );
    await until(client, deadline, () => client.isIdle());
    const since = lastEntries(client, 50).filter(({ id }) => id > mark);
    quiet = since.every(({ message }) => message === 'Nothing new.') ? quiet + 1 : 0;
  }
}

/** Nothing, where the disk is dead. */
function lastEntries(client: FuzzClient, limit: number): ReturnType<FuzzClient['log']> {
  return client.disk.isDead ? [] : client.log(limit);
}

async function until(client: FuzzClient, deadline: number, isSo: () => boolean): Promise<void> {
  while (!client.disk.isDead && !isSo()) {
    if (performance.now() > deadline) throw new FuzzFailure(`no rest: ${describe(client)}`);
    await sleep(3);
    if (['offline', 'trouble'].includes(client.status().state)) client.wake();
  }
}

function describe(client: FuzzClient): string {
  const entries = client
    .log(30)
    .map(
      ({ kind, message, duration, details }) =>
        `${kind} (${Math.round(duration)} ms): ${message} ${JSON.stringify(details)}`,
    );
  const waiting = client.queue().waiting.map((change) => `waits: ${JSON.stringify(change)}`);
  return [JSON.stringify(client.status()), ...waiting, ...entries].join('\n');
}
