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

  /** So many windows of one person, who looks at the first one; they share what was told. */
  const openWindows = async (before: readonly ChangeId[], count = 1) => {
    let [failed, told] = [before, before];
    const client = scriptedClient({
      overview: () => ({ ...overview([]), pending: 10_000, failed: failed.length }),
      'mailboxes/list': () => [],
      'outbox/failed': () => failed,
      'outbox/get': ({ changeId }) => change(changeId, { state: 'failed' }),
    });
    const remembered: (readonly ChangeId[])[] = [];
    const windows = Array.from({ length: count }, (_, index) => {
      const directory = createDirectory(client, () => undefined);
      const own = { isFocused: index === 0, news: [] as [number, number][] };
      const watching = watchFailures(client, directory, {
        told: () => told,
        isFocused: () => own.isFocused,
        onTold(all) {
          told = all;
          remembered.push(all);
          return Promise.resolve();
        },
        onFailed: ({ changeId }, more) => Promise.resolve(void own.news.push([changeId, more])),
        onError: (error) => expect.unreachable(String(error)),
      });
      onTestFinished(() => {
        watching.dispose();
        directory.dispose();
      });
      return { directory, own, watching };
    });
    const settled = () => Promise.all(windows.map(({ directory }) => directory.settled()));
    await settled();
    return {
      client,
      news: () => windows.map(({ own }) => own.news),
      remembered,
      change: async (next: readonly ChangeId[] = failed) => {
        failed = next;
        client.change({ outbox: true });
        await settled();
        await delay(1100);
      },
      /** Null: the person looks at another program. */
      focus: async (chosen: number | null) => {
        for (const [index, { own, watching }] of windows.entries()) {
          own.isFocused = index === chosen;
          if (own.isFocused) watching.focused();
        }
        await delay(1100);
      },
    };
  };

  it('is told with how many there are and remembered; what was told before is not told again', async () => {
    const windows = await openWindows(asChanges(1));
    await delay(10);
    expect([windows.news(), windows.remembered]).toEqual([[[]], []]);
    await windows.change(asChanges(1, 7, 8));
    expect([windows.news(), windows.remembered]).toEqual([[[[7, 2]]], [[1, 7, 8]]]);
  });

  it('is not asked for when the queue changes and nothing failed', async () => {
    const { client, change, focus } = await openWindows([]);
    await delay(10);
    const before = client.count('outbox/failed');
    for (let key = 0; key < 50; key++) client.change({ outbox: true });
    await change();
    await focus(0);
    expect(client.count('outbox/failed')).toBe(before);
    expect(client.count('outbox/list')).toBe(0);
    await change(asChanges(1));
    expect(client.count('outbox/failed')).toBe(before + 1);
  });

  it('is told in the window that the person looks at, and in no other that they look at later', async () => {
    const windows = await openWindows([], 3);
    await windows.change(asChanges(1));
    expect(windows.news()).toEqual([[[1, 1]], [], []]);
    await windows.focus(1);
    await windows.change(asChanges(1, 2));
    expect(windows.news()).toEqual([[[1, 1]], [[2, 1]], []]);
    await windows.focus(0);
    await windows.focus(2);
    expect(windows.news()).toEqual([[[1, 1]], [[2, 1]], []]);
  });

  it('waits to be told until the person looks at one of the windows', async () => {
    const windows = await openWindows(asChanges(9), 2);
    await windows.focus(null);
    await windows.change(asChanges(9, 1, 2));
    expect([windows.news(), windows.remembered]).toEqual([[[], []], []]);
    await windows.focus(1);
    expect(windows.news()).toEqual([[], [[1, 2]]]);
    await windows.focus(0);
    expect(windows.news()).toEqual([[], [[1, 2]]]);
  });

  it('is news again after a retry that the person did not wait for', async () => {
    const windows = await openWindows(asChanges(1), 2);
    await windows.focus(null);
    await windows.change([]);
    await windows.change(asChanges(1));
    await windows.focus(0);
    expect(windows.news()).toEqual([[[1, 1]], []]);
  });
});
