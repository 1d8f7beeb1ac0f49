import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessagePage } from '../../../../src/engine/api';
import type { MessageRow } from '../../../../src/model/email';
import {
  loadMore,
  noRows,
  pageSize,
  reload,
  type FetchPage,
  type LoadedRows,
} from '../../../../src/views/messages/message-pages';
import { asThreadId, row } from '../support/samples';

/** A list of messages with keyset paging, as the engine has it; notes every request. */
function messages(ids: number[]) {
  const requests: number[] = [];
  let rows: MessageRow[] = [];
  const set = (now: number[]): void => {
    rows = [...now].sort((a, b) => b - a).map((id) => row(id));
  };
  set(ids);
  const fetchPage: FetchPage = (limit, after) => {
    requests.push(limit);
    const below = after === null ? rows : rows.filter(({ receivedAt }) => receivedAt < after.receivedAt);
    const page = below.slice(0, limit);
    const last = page.at(-1);
    const next = below.length > limit && last ? { receivedAt: last.receivedAt, emailId: last.emailId } : null;
    return Promise.resolve({ rows: page, next } satisfies MessagePage);
  };
  return { fetchPage, requests, set };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const ids = ({ rows }: LoadedRows): number[] => rows.map(({ emailId }) => emailId);

describe('pages of a list', () => {
  it('start with the newest hundred, and go on by a hundred', async () => {
    const { fetchPage, requests } = messages(range(1, 250));
    const first = await reload(noRows, fetchPage);
    expect(ids(first)).toEqual(range(151, 250).reverse());
    const second = await loadMore(first, fetchPage);
    const third = await loadMore(second, fetchPage);
    expect(ids(third)).toEqual(range(1, 250).reverse());
    expect(third.next).toBeNull();
    expect(requests).toEqual([pageSize, pageSize, pageSize]);
  });

  it('are read again in one request, up to five hundred', async () => {
    const { fetchPage, requests } = messages(range(1, 2000));
    let loaded = await reload(noRows, fetchPage);
    for (let page = 0; page < 4; page++) loaded = await loadMore(loaded, fetchPage);
    requests.length = 0;
    expect(ids(await reload(loaded, fetchPage))).toEqual(range(1501, 2000).reverse());
    expect(requests).toEqual([500]);
  });

  it('take new mail on top and lose none of what was loaded', async () => {
    const list = messages(range(1, 300));
    const loaded = await loadMore(await reload(noRows, list.fetchPage), list.fetchPage);
    list.set(range(1, 303));
    const again = await reload(loaded, list.fetchPage);
    expect(ids(again).slice(0, 203)).toEqual(range(101, 303).reverse());
  });

  it('do not grow with each reload while mail pours in', async () => {
    const list = messages(range(1, 1000));
    let loaded = await reload(noRows, list.fetchPage);
    for (let newest = 1001; newest <= 1050; newest++) {
      list.set(range(1, newest));
      loaded = await reload(loaded, list.fetchPage);
    }
    expect(loaded.rows.length).toBe(200);
    list.requests.length = 0;
    await reload(loaded, list.fetchPage);
    expect(list.requests).toEqual([200]);
  });

  it('do not run after older mail that a first sync brings', async () => {
    const list = messages(range(900, 1000));
    let loaded = await reload(noRows, list.fetchPage);
    for (const oldest of [800, 500, 1]) {
      list.set(range(oldest, 1000));
      loaded = await reload(loaded, list.fetchPage);
    }
    expect(loaded.rows.length).toBe(pageSize);
    expect(loaded.next).not.toBeNull();
  });

  it('show an empty list, and fill it later', async () => {
    const list = messages([]);
    const empty = await reload(noRows, list.fetchPage);
    expect(empty).toEqual({ rows: [], next: null, depth: null });
    list.set([1, 2]);
    expect(ids(await reload(empty, list.fetchPage))).toEqual([2, 1]);
  });

  it('have each thread once, though it moved up between two requests', async () => {
    const again = (id: number, thread: number) => row(id, { threadId: asThreadId(thread) });
    const above = [again(9, 1), again(8, 2)];
    const loaded: LoadedRows = { rows: above, next: { receivedAt: 8000, emailId: 8 }, depth: row(8) };
    const more = await loadMore(loaded, () =>
      Promise.resolve({ rows: [again(7, 2), again(6, 3), again(5, 3)], next: null }),
    );
    expect(ids(more)).toEqual([9, 8, 6]);
  });

  it('end where a server of pages gives an empty one', async () => {
    const endless: FetchPage = () => Promise.resolve({ rows: [], next: { receivedAt: 1, emailId: 1 } });
    expect((await reload(noRows, endless)).next).toBeNull();
  });

  it('always are a gapless beginning of the list down to where the person was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 900 }), { maxLength: 400 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 900 }), { maxLength: 400 }),
        fc.integer({ min: 0, max: 3 }),
        async (before, after, pages) => {
          const list = messages(before);
          let loaded = await reload(noRows, list.fetchPage);
          for (let page = 0; page < pages; page++) loaded = await loadMore(loaded, list.fetchPage);
          const deepest = ids(loaded).at(-1) ?? Infinity;
          list.set(after);
          const now = ids(await reload(loaded, list.fetchPage));
          const all = [...after].sort((a, b) => b - a);
          expect(now).toEqual(all.slice(0, now.length));
          expect(now.length).toBeGreaterThanOrEqual(all.filter((id) => id >= deepest).length);
        },
      ),
      { numRuns: 60 },
    );
  });
});
