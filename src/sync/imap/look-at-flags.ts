import { countUnseen, lowestOfNewest, placesIn } from '../../db/imap-messages';
import { seen } from '../../model/keywords';
import type { ImapResponse } from './attributes';
import { isComplete, type Checkpoint } from './checkpoint';
import { atom, sequence, type Argument, type ImapConnection } from './connection';
import { keywordsOf } from './flags';
import type { ImapContext } from './imap-context';
import type { OpenableMailbox } from './mailboxes';
import { addFlags } from './select';

/** The mailbox that is looked at; it is open. */
interface Look {
  readonly context: ImapContext;
  readonly connection: ImapConnection;
  readonly mailbox: OpenableMailbox;
  readonly signal: AbortSignal;
}

/** What changed in a mailbox since it was read last. */
export interface Changes {
  readonly gone: ReadonlySet<number>;
  readonly flags: ReadonlyMap<number, readonly string[]>;
  readonly scannedAll: boolean;
}

/** Only looking tells: the newest often, all now and then, or when the counts say that something else is different. */
export async function lookAtFlags(task: Look, before: Checkpoint, atAll: boolean): Promise<Changes> {
  const { context, mailbox } = task;
  const { db, policy } = context;
  const isDue = atAll || Date.now() - before.lastFullScan >= policy.fullScan || Date.now() < before.lastFullScan;
  if (!isDue && isComplete(before)) {
    const from = lowestOfNewest(db, mailbox.id, before.uidNext, policy.window) ?? before.uidNext;
    const places = placesIn(db, mailbox.id, from);
    // New mail is only counted here, and read later. S17: past the end this is the last message, whatever its UID.
    const all = await fetchFlags(task, `${from}:*`);
    const flags = new Map([...all].filter(([uid]) => uid >= from));
    const gone = goneOf(places, before, flags);
    if (explains(task, places, gone, flags)) return { gone, flags, scannedAll: false };
  }
  const places = placesIn(db, mailbox.id, before.backfilledDownTo);
  const flags = await fetchFlags(task, `${before.backfilledDownTo}:${before.uidNext - 1}`);
  return { gone: goneOf(places, before, flags), flags, scannedAll: true };
}

/** Our own moves put messages beyond what was looked at: of those nothing is known. */
function goneOf(
  places: ReadonlyMap<number, string>,
  { uidNext }: Checkpoint,
  flags: ReadonlyMap<number, readonly string[]>,
): Set<number> {
  return new Set([...places.keys()].filter((uid) => uid < uidNext && !flags.has(uid)));
}

/** Whether the unseen of the whole mailbox are as many as STATUS told, once this is applied and new mail is here. */
function explains(
  { context: { db }, mailbox }: Look,
  places: ReadonlyMap<number, string>,
  gone: ReadonlySet<number>,
  flags: ReadonlyMap<number, readonly string[]>,
): boolean {
  const { unseen } = mailbox.status;
  if (unseen === null) return true;
  const isUnseen = (keywords: readonly string[]): number => (keywords.includes(seen) ? 0 : 1);
  const wasUnseen = (uid: number): number => {
    const was = places.get(uid);
    return was === undefined ? 0 : isUnseen(was.split(' '));
  };
  let expected = countUnseen(db, mailbox.id);
  for (const uid of gone) expected -= wasUnseen(uid);
  for (const [uid, list] of flags) expected += isUnseen(keywordsOf(list)) - wasUnseen(uid);
  return expected === unseen;
}

export async function fetchFlags(
  { connection, signal }: Pick<Look, 'connection' | 'signal'>,
  range: string,
  since?: readonly Argument[],
): Promise<Map<number, readonly string[]>> {
  const flags = new Map<number, readonly string[]>();
  const handlers = { FETCH: (response: ImapResponse) => addFlags(response, flags) };
  const args = [sequence(range), [atom('UID'), atom('FLAGS')], ...(since === undefined ? [] : [since])];
  await connection.command('UID FETCH', args, handlers, signal);
  return flags;
}
