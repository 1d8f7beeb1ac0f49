import { MethodError } from '../errors';
import type { JsonObject } from '../json';

type Window = {
  position: number;
  anchor?: string | null | undefined;
  anchorOffset: number;
  limit?: number | null | undefined;
  calculateTotal: boolean;
};

/** The part of a query's result that was asked for (RFC 8620 §5.5). @throws MethodError `anchorNotFound` */
export function queryWindow(
  all: string[],
  { position, anchor, anchorOffset, limit, calculateTotal }: Window,
): JsonObject {
  const start = anchor == null ? fromEnd(position, all.length) : Math.max(indexOf(all, anchor) + anchorOffset, 0);
  return {
    position: start,
    ids: all.slice(start, limit == null ? undefined : start + limit),
    ...(calculateTotal ? { total: all.length } : {}),
  };
}

/** A negative position counts from the end. */
function fromEnd(position: number, length: number): number {
  return position >= 0 ? position : Math.max(length + position, 0);
}

function indexOf(ids: string[], anchor: string): number {
  const index = ids.indexOf(anchor);
  if (index === -1) throw new MethodError('anchorNotFound');
  return index;
}

/** The net changes of a query's result since the records changed (RFC 8620 §5.6). */
export function queryDifference(
  all: string[],
  changes: { created: string[]; updated: string[]; destroyed: string[] },
): { removed: string[]; added: { id: string; index: number }[] } {
  const perhapsAdded = new Set([...changes.created, ...changes.updated]);
  return {
    // An id may stand here that was not in the old result: the client ignores it.
    removed: [...changes.updated, ...changes.destroyed],
    added: all.flatMap((id, index) => (perhapsAdded.has(id) ? [{ id, index }] : [])),
  };
}
