import type { Argument, Handlers, ImapConnection } from './connection';
import { sequence } from './connection';
import { CommandRefused } from './imap-error';
import { searchUids } from './search';
import { expandUidSet, formatUidSet } from './uid-set';

/** More messages of one FETCH than this are not refused for what they are: then something else is wrong. */
const mostRefused = 20;

/**
 * FETCH, around the messages that a server cannot give: Exchange refuses the whole command for one of them. Asked again
 * in halves, until only those are left out.
 */
export async function fetchAround(
  connection: ImapConnection,
  name: 'FETCH' | 'UID FETCH',
  set: string,
  items: readonly Argument[],
  handlers: Handlers,
  signal: AbortSignal,
): Promise<void> {
  const refused: number[] = [];
  const fetch = async (numbers: string): Promise<void> => {
    try {
      await connection.command(name, [sequence(numbers), items], handlers, signal);
    } catch (error) {
      if (!(error instanceof CommandRefused) || error.isTransient || error.reason === 'auth') throw error;
      const known = name === 'UID FETCH' ? await searchUids(connection, numbers, signal) : expandUidSet(numbers);
      if (known === null || known.length === 0) throw error;
      if (known.length === 1) refused.push(...known);
      if (refused.length > mostRefused) throw error;
      if (known.length === 1) return;
      const middle = Math.ceil(known.length / 2);
      await fetch(formatUidSet(known.slice(0, middle)));
      await fetch(formatUidSet(known.slice(middle)));
    }
  };
  await fetch(set);
  if (refused.length === 0) return;
  const details = `${connection.selected?.path ?? ''}: ${formatUidSet(refused)}`;
  connection.warn('There are messages that the server cannot give: they are left out.', details);
}
