import { SyncError } from '../sync-error';
import type { Call } from './client';
import type { JmapContext } from './jmap-context';
import { ProblemError } from './problem';
import { getAnswer } from './schemas';

export interface GotItems {
  readonly list: unknown[];
  readonly notFound: string[];
  /** The server's states of the type while it answered: more than one where it changed between two pages. */
  readonly states: Set<string>;
}

/** The server does not take, or we do not want to hold, as much as that at once. Cyrus refuses the whole request. */
export function isTooMuch(error: unknown): boolean {
  if (error instanceof ProblemError && error.limit.startsWith('maxObjects')) return true;
  return error instanceof SyncError && error.reason === 'too-large';
}

/**
 * Gets objects by id in as many requests as it takes (S7): at most `maxObjectsInGet` in each, and half as many where the
 * answer is too large. One that is too large by itself is left out with a warning. `properties` null: all.
 */
export async function getItems(
  context: JmapContext,
  type: 'Email' | 'Mailbox',
  ids: readonly string[],
  properties: readonly string[] | null,
  signal: AbortSignal,
  more: Readonly<Record<string, unknown>> = {},
): Promise<GotItems> {
  const got: GotItems = { list: [], notFound: [], states: new Set() };
  await get(ids);
  return got;

  async function get(wanted: readonly string[]): Promise<void> {
    const { maxObjectsInGet } = context.client.limits;
    for (let at = 0; at < wanted.length; at += maxObjectsInGet) await getPage(wanted.slice(at, at + maxObjectsInGet));
  }

  async function getPage(page: readonly string[]): Promise<void> {
    const call: Call = { name: `${type}/get`, args: { ids: page, properties, ...more }, id: 'g' };
    try {
      const answers = await context.client.request([call], signal);
      const { state, list, notFound } = answers.read('g', getAnswer);
      got.states.add(state);
      got.list.push(...list);
      got.notFound.push(...(notFound ?? []));
    } catch (error) {
      if (!isTooMuch(error)) throw error;
      if (page.length === 1) {
        context.warn(`The server has one that is too large to be fetched; it is left out.`, `${type} ${page[0] ?? ''}`);
        return;
      }
      const half = Math.ceil(page.length / 2);
      await get(page.slice(0, half));
      await get(page.slice(half));
    }
  }
}
