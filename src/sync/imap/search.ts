import { SyncError } from '../sync-error';
import { listOf, textOf, type ImapResponse } from './attributes';
import { atom, sequence, type Argument, type ImapConnection } from './connection';
import { expandUidSet } from './uid-set';

/** UIDs of a range that the open mailbox has, ascending. As ranges where the server can (ESEARCH, RFC 4731). */
export async function searchUids(connection: ImapConnection, range: string, signal: AbortSignal): Promise<number[]> {
  return await search(connection, [atom('UID'), sequence(range)], signal);
}

export async function search(
  connection: ImapConnection,
  criteria: readonly Argument[],
  signal: AbortSignal,
): Promise<number[]> {
  const uids = new Set<number>();
  const add = (set: string): void => {
    const expanded = expandUidSet(set);
    if (expanded === null) throw new SyncError('protocol', 'The server found more mail than there can be.');
    for (const uid of expanded) uids.add(uid);
  };
  const handlers = {
    SEARCH: ({ numbers, attributes = [] }: ImapResponse) => {
      for (const uid of numbers ?? []) uids.add(uid);
      if (numbers === undefined) for (const node of attributes) if (listOf(node) === null) add(textOf(node) ?? '');
    },
    ESEARCH: ({ attributes = [] }: ImapResponse) => {
      const all = attributes.findIndex((node) => textOf(node)?.toUpperCase() === 'ALL');
      if (all >= 0) add(textOf(attributes[all + 1]) ?? '');
    },
  };
  const form = connection.capabilities.has('ESEARCH') ? [atom('RETURN'), [atom('ALL')]] : [];
  await connection.command('UID SEARCH', [...form, ...criteria], handlers, signal);
  return [...uids].sort((a, b) => a - b);
}
