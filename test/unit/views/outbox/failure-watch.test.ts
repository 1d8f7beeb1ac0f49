import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChangeId } from '../../../../src/model/ids';
import { createDirectory } from '../../../../src/views/mailboxes/directory';
import { newlyFailed, watchFailures } from '../../../../src/views/outbox/failure-watch';
import { overview } from '../support/samples';
import { scriptedClient } from '../support/scripted-client';
import { change } from './changes';

const asChanges = (...ids: number[]) => ids as ChangeId[];

describe('S30: what failed', () => {
  it('is news once, and again when it failed anew after a retry', () => {
    let told: ReadonlySet<ChangeId> = new Set();
    const fresh = [asChanges(1), asChanges(1), asChanges(), asChanges(1)].map((failed) => {
      const news = newlyFailed(told, failed);
      told = new Set(failed);
      return news.length;
    });
    expect(fresh).toEqual([1, 0, 0, 1]);
  });

  const watch = async (told: readonly ChangeId[]) => {
    let failed = told;
    const client = scriptedClient({
      overview: () => ({ ...overview([]), pending: 10_000, failed: failed.length }),
      'mailboxes/list': () => [],
      'outbox/failed': () => failed,
      'outbox/get': ({ changeId }) => change(changeId, { state: 'failed' }),
    });
    const directory = createDirectory(client, () => undefined);
    const news: [number, number][] = [];
    const remembered: (readonly ChangeId[])[] = [];
    const watching = watchFailures(client, directory, {
      told,
      onTold: (all) => Promise.resolve(void remembered.push(all)),
      onFailed: ({ changeId }, count) => Promise.resolve(void news.push([changeId, count])),
      onError: (error) => expect.unreachable(String(error)),
    });
    onTestFinished(() => {
      watching.dispose();
      directory.dispose();
    });
    await directory.settled();
    return {
      client,
      news,
      remembered,
      change: async (next: readonly ChangeId[] = failed) => {
        failed = next;
        client.change({ outbox: true });
        await directory.settled();
        await delay(1100);
      },
    };
  };

  it('is told with how many there are and remembered; what was told before is not told again', async () => {
    const watching = await watch(asChanges(1));
    await delay(10);
    expect([watching.news, watching.remembered]).toEqual([[], []]);
    await watching.change(asChanges(1, 7, 8));
    expect([watching.news, watching.remembered]).toEqual([[[7, 2]], [[1, 7, 8]]]);
  });

  it('is not asked for when the queue changes and nothing failed', async () => {
    const { client, change } = await watch([]);
    await delay(10);
    const before = client.count('outbox/failed');
    for (let key = 0; key < 50; key++) client.change({ outbox: true });
    await change();
    expect(client.count('outbox/failed')).toBe(before);
    expect(client.count('outbox/list')).toBe(0);
    await change(asChanges(1));
    expect(client.count('outbox/failed')).toBe(before + 1);
  });
});
