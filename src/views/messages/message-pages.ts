import type { MessageCursor, MessagePage } from '../../engine/api';
import type { MessageRow } from '../../model/email';
import { threadNodeId } from './message-nodes';

/** Rows that one page adds. */
export const pageSize = 100;
/** The most that one request may ask for (engine/api). */
const largestPage = 500;

/** A place in the list's order: newest first, then by key. */
type Position = Pick<MessageRow, 'receivedAt' | 'emailId'>;

/** The rows on screen. No thread stands in them twice. */
export interface LoadedRows {
  readonly rows: readonly MessageRow[];
  readonly next: MessageCursor | null;
  /** How far down the person has loaded: a reload reaches as far, and not further and further. */
  readonly depth: Position | null;
}

export type FetchPage = (limit: number, after: MessageCursor | null) => Promise<MessagePage>;

export const noRows: LoadedRows = { rows: [], next: null, depth: null };

/** Reads again what is loaded, in as few requests as there can be; new rows come on top and none of the old is lost. */
export async function reload(loaded: LoadedRows, fetchPage: FetchPage): Promise<LoadedRows> {
  const { depth } = loaded;
  const within = depth === null ? 0 : loaded.rows.filter((row) => !isBelow(row, depth)).length;
  const wanted = Math.max(pageSize, Math.ceil(within / pageSize) * pageSize);
  let rows: MessageRow[] = [];
  let next: MessageCursor | null = null;
  do {
    const page: MessagePage = await fetchPage(Math.min(largestPage, Math.max(pageSize, wanted - rows.length)), next);
    rows = merge(rows, page.rows);
    next = page.rows.length === 0 ? null : page.next;
  } while (next !== null && (rows.length < wanted || !reaches(rows, depth)));
  return { rows, next, depth: depth ?? rows.at(-1) ?? null };
}

/** One page more; the same where there is none. */
export async function loadMore(loaded: LoadedRows, fetchPage: FetchPage): Promise<LoadedRows> {
  if (loaded.next === null) return loaded;
  const page = await fetchPage(pageSize, loaded.next);
  const rows = merge(loaded.rows, page.rows);
  return { rows, next: page.rows.length === 0 ? null : page.next, depth: rows.at(-1) ?? null };
}

// Between two requests a thread can move up by a new message: it stays where it was seen first.
function merge(above: readonly MessageRow[], below: readonly MessageRow[]): MessageRow[] {
  const byThread = new Map<string, MessageRow>();
  for (const row of [...above, ...below]) {
    const id = threadNodeId(row);
    if (!byThread.has(id)) byThread.set(id, row);
  }
  return [...byThread.values()];
}

function isBelow(row: Position, position: Position): boolean {
  return row.receivedAt === position.receivedAt ? row.emailId < position.emailId : row.receivedAt < position.receivedAt;
}

function reaches(rows: readonly MessageRow[], depth: Position | null): boolean {
  const last = rows.at(-1);
  return depth === null || (last !== undefined && !isBelow(depth, last));
}
