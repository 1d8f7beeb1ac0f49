import type { Call } from './client';
import type { JmapContext } from './jmap-context';
import { queryAnswer } from './schemas';

/** Ids of one `…/query`: a hundred thousand are then a few dozen requests. */
const pageSize = 4096;

/** Every id of a type in the account, newest messages first; and whether these are certainly all (S9). */
export interface IdWalk {
  readonly ids: ReadonlySet<string>;
  /** Null where complete; else why not, in words. */
  readonly doubt: string | null;
}

/**
 * S9: complete only if the server gave `total`, exactly that many distinct ids were collected, and the list did not
 * change on the way. Servers are known to leave out `total`, to answer empty pages, and to ignore `position`.
 */
export async function walkIds(
  { client }: JmapContext,
  type: 'Email' | 'Mailbox',
  signal: AbortSignal,
): Promise<IdWalk> {
  const ids = new Set<string>();
  let first: { total: number | null; queryState: string | null } | null = null;
  let changed = false;
  for (;;) {
    const answers = await client.request([queryFrom(ids.size)], signal);
    const page = answers.read('q', queryAnswer);
    first ??= { total: page.total, queryState: page.queryState };
    changed ||= page.queryState !== first.queryState || page.total !== first.total;
    const before = ids.size;
    for (const id of page.ids) ids.add(id);
    const { total } = first;
    if (total !== null && ids.size >= total) break;
    if (page.ids.length === 0) {
      return {
        ids,
        doubt: total === null ? 'the server gave no total' : `an empty page after ${ids.size} of ${total}`,
      };
    }
    if (ids.size === before) return { ids, doubt: 'the same page twice: the position was ignored' };
  }
  if (changed) return { ids, doubt: 'the list changed meanwhile' };
  return {
    ids,
    doubt: ids.size === first.total ? null : `${ids.size} ids, but ${first.total ?? 'no'} messages in all`,
  };

  function queryFrom(position: number): Call {
    const order = type === 'Email' ? { sort: [{ property: 'receivedAt', isAscending: false }] } : {};
    return { name: `${type}/query`, args: { ...order, position, limit: pageSize, calculateTotal: true }, id: 'q' };
  }
}
