import { compareMailboxes, deleteMailboxes, mailboxKeys, upsertMailboxes } from '../../db/mailboxes';
import { getState, setState } from '../../db/sync-state';
import type { Findings } from '../../model/findings';
import type { MailboxId } from '../../model/ids';
import type { ServerMailbox } from '../../model/mailbox';
import { getItems, isTooMuch } from './get-items';
import { walkIds } from './id-walk';
import { mailboxType, type JmapContext } from './jmap-context';
import { readMailboxItem } from './mailbox-item';
import { owedWalk } from './owed-walk';
import { getAnswer } from './schemas';

/** Whether a new mailbox starts as complete: yes once the account's first sync is over. */
export function startsComplete({ db, accountId }: JmapContext): boolean {
  return getState(db, accountId, mailboxType) !== null && owedWalk(db, accountId)?.reason !== 'first';
}

export function readMailboxes({ warn }: JmapContext, list: readonly unknown[]): ServerMailbox[] {
  return list.flatMap((item) => {
    const mailbox = readMailboxItem(item);
    if (mailbox === null) warn('The server sent a mailbox that makes no sense; it is left out.', typeof item);
    return mailbox ?? [];
  });
}

/** All mailboxes with the state they are at. */
async function fetchAllMailboxes(
  context: JmapContext,
  signal: AbortSignal,
): Promise<{ state: string; mailboxes: ServerMailbox[] }> {
  try {
    const answers = await context.client.request([{ name: 'Mailbox/get', args: { ids: null }, id: 'm' }], signal);
    const { state, list } = answers.read('m', getAnswer);
    return { state, mailboxes: readMailboxes(context, list) };
  } catch (error) {
    if (!isTooMuch(error)) throw error;
    return await fetchManyMailboxes(context, signal);
  }
}

/** Times that they are read again because one changed meanwhile. */
const mostReadings = 3;

/** For a server that does not give them all in one answer. The state is of before the first page (S4). */
async function fetchManyMailboxes(
  context: JmapContext,
  signal: AbortSignal,
): Promise<{ state: string; mailboxes: ServerMailbox[] }> {
  for (let reading = 1; ; reading++) {
    const answers = await context.client.request([{ name: 'Mailbox/get', args: { ids: [] }, id: 'm' }], signal);
    const { state } = answers.read('m', getAnswer);
    const { ids } = await walkIds(context, 'Mailbox', signal);
    const { list, states } = await getItems(context, 'Mailbox', [...ids], null, signal);
    const isOfOneMoment = [...states].every((one) => one === state);
    if (isOfOneMoment || reading === mostReadings) return { state, mailboxes: readMailboxes(context, list) };
  }
}

/**
 * At first, and when the server lost track of the changes (S8): compares all. A mailbox that the list lacks is deleted only
 * after the server said once more, by its id, that there is no such mailbox. `complete`: what new ones start as.
 * `findings`: counts what was otherwise (S39).
 */
export async function rebuildMailboxes(
  context: JmapContext,
  complete: boolean,
  signal: AbortSignal,
  findings?: Findings,
): Promise<ServerMailbox[]> {
  const { db, accountId } = context;
  const { state, mailboxes } = await fetchAllMailboxes(context, signal);
  const listed = new Set(mailboxes.map((mailbox) => mailbox.remoteId));
  const missing = [...mailboxKeys(db, accountId).keys()].filter((id) => !listed.has(id));
  const { notFound: gone } = await getItems(context, 'Mailbox', missing, ['id'], signal);
  db.mail.transaction(() => {
    const { missing: unknown, different } = compareMailboxes(db, accountId, mailboxes);
    findings?.add('mailboxes-missing', unknown);
    findings?.add('mailboxes-different', different);
    findings?.add('mailboxes-extra', gone.length);
    upsertMailboxes(db, accountId, mailboxes, complete);
    deleteMailboxes(db, accountId, gone);
    setState(db, accountId, mailboxType, state, Date.now());
  });
  return mailboxes;
}

/**
 * Our keys of the mailboxes that messages stand in. Ones that are not here yet (they were created since the last
 * `Mailbox/changes`) are asked for; ones that the server does not know either are left out with a warning.
 */
export async function resolveMailboxes(
  context: JmapContext,
  remoteIds: Iterable<string>,
  signal: AbortSignal,
): Promise<Map<string, MailboxId>> {
  const { db, accountId, warn } = context;
  const wanted = new Set(remoteIds);
  const missingOf = (keys: ReadonlyMap<string, MailboxId>): string[] => [...wanted].filter((id) => !keys.has(id));
  const keys = mailboxKeys(db, accountId);
  const missing = missingOf(keys);
  if (missing.length === 0) return keys;
  const { list } = await getItems(context, 'Mailbox', missing, null, signal);
  // All of them, with their state: of one that came after the checkpoint and is destroyed before the next cycle, the server
  // would never tell (RFC 8620 §5.2).
  if (list.length > 0) await rebuildMailboxes(context, startsComplete(context), signal);
  const resolved = mailboxKeys(db, accountId);
  const unknown = missingOf(resolved);
  if (unknown.length > 0) {
    warn(
      'The server put messages in mailboxes that it does not show; they are shown in their others.',
      unknown.slice(0, 5).join(', '),
    );
  }
  return resolved;
}
