import { isDeepStrictEqual } from 'node:util';
import { deletedFlag, isLive, messageIdOf, placesOfEach } from '../../db/imap-messages';
import { identityOf } from '../../db/email-identity';
import { emailIdentity } from '../../db/imap-unplaced';
import type { EmailId, MailboxId } from '../../model/ids';
import { normaliseKeywords } from '../../model/keywords';
import { mailboxIsAway } from './absent';
import { getCheckpoint } from './checkpoint';
import { atom } from './connection';
import { fetchList } from './fetch-list';
import { keywordsOf } from './flags';
import { fetchFlags } from './look-at-flags';
import { search } from './search';
import { MailboxReplaced, reopenMailbox, selectMailbox, type Selected } from './select';
import type { StepContext, Target } from './send';
import { canStore, storeFlags } from './store';
import { formatUidSet } from './uid-set';

/** One that an earlier try has made. */
export interface Copy {
  readonly uid: number;
  /** Of the mailbox it stands in, at the time; not always the one that is known here. */
  readonly uidValidity: number;
  readonly keywords: readonly string[];
}

/**
 * S22: a COPY to which no answer came may have been done, and a second one would double the message: its copies are
 * looked for in the destination by Message-ID first. What happened to the original since is done to them as well, for it
 * is about to go. Leaves the source open.
 */
export async function findCopies(
  step: StepContext,
  targets: readonly Target[],
  path: string,
): Promise<ReadonlyMap<EmailId, Copy>> {
  const { context, connection, selected, signal } = step;
  const { db } = context;
  const found = new Map<EmailId, Copy>();
  const inDoubt = targets.filter(({ mayBeDone }) => mayBeDone);
  if (inDoubt.length === 0) return found;
  // Also where it was never read, or is numbered anew.
  const destination = await selectIfThere(step, path);
  if (destination === null) {
    await reopenMailbox(connection, selected, signal);
    return found;
  }
  const { uidValidity } = destination;
  for (const { emailId } of inDoubt) {
    const messageId = messageIdOf(db, emailId);
    if (messageId === null) continue;
    const uids = await search(connection, [atom('HEADER'), 'MESSAGE-ID', messageId], signal);
    const taken = new Set([...found.values()].map(({ uid }) => uid));
    const free = uids.filter((uid) => !taken.has(uid));
    const emails = free.length === 0 ? [] : await fetchList(connection, { uids: formatUidSet(free) }, signal);
    // A marked one is what somebody else, or an earlier move of ours, has left there.
    const same = emails.find((email) => isLive(email) && identityOf(email) === emailIdentity(db, emailId));
    if (same !== undefined) found.set(emailId, { uid: same.uid, uidValidity, keywords: same.keywords });
  }
  await reopenMailbox(connection, selected, signal);
  return await levelKeywords(step, targets, path, found);
}

/** Null: it was renamed or is gone. The command that is to put something there hears so as well, and waits for the round. */
async function selectIfThere(step: StepContext, path: string): Promise<Selected | null> {
  try {
    return await selectMailbox(step.connection, path, null, step.signal);
  } catch (error) {
    if ((await mailboxIsAway(step, path, [], error)) === null) throw error;
    return null;
  }
}

/** Those of the messages that are known to have a copy there, with other keywords than the original has. */
export function unlikeCopies(
  { context: { db, accountId }, mailboxId }: StepContext,
  targets: readonly Target[],
  destination: MailboxId,
): ReadonlyMap<EmailId, Copy> {
  const uidValidity = getCheckpoint(db, accountId, destination)?.uidValidity;
  if (uidValidity === undefined) return new Map();
  const places = placesOfEach(
    db,
    targets.map(({ emailId }) => emailId),
  );
  const unlike = targets.flatMap(({ emailId, uid }) => {
    const here = places.get(emailId) ?? [];
    const original = here.find((place) => place.mailboxId === mailboxId && place.uid === uid);
    const copy = here.find((place) => place.mailboxId === destination && isLive(place));
    if (original === undefined || copy === undefined) return [];
    const isLike = isDeepStrictEqual(normaliseKeywords(original.keywords), normaliseKeywords(copy.keywords));
    return isLike ? [] : [[emailId, { uid: copy.uid, uidValidity, keywords: copy.keywords }] as const];
  });
  return new Map(unlike);
}

/** Gives copies the keywords that their originals have now. Leaves the source open. */
export async function levelKeywords(
  step: StepContext,
  targets: readonly Target[],
  path: string,
  copies: ReadonlyMap<EmailId, Copy>,
): Promise<ReadonlyMap<EmailId, Copy>> {
  if (copies.size === 0) return copies;
  const { connection, selected, signal } = step;
  const originals = targets.filter(({ emailId }) => copies.has(emailId));
  const flags = await fetchFlags(step, formatUidSet(originals.map(({ uid }) => uid)));
  const level = new Map(copies);
  let destination: Selected | null = null;
  for (const { emailId, uid } of originals) {
    const copy = copies.get(emailId);
    const list = flags.get(uid);
    if (copy === undefined || list === undefined) continue;
    const keywords = keywordsOf(list).filter((keyword) => keyword !== deletedFlag);
    const missing = keywords.filter((keyword) => !copy.keywords.includes(keyword));
    const surplus = copy.keywords.filter((keyword) => !keywords.includes(keyword));
    if (missing.length + surplus.length === 0) continue;
    destination ??= await selectMailbox(connection, path, null, signal);
    const there = destination;
    if (there.uidValidity !== copy.uidValidity) throw new MailboxReplaced(path);
    const told = new Set<number>();
    // A label that a mailbox cannot keep is no reason to refuse a move.
    const storable = missing.filter((keyword) => canStore(there, keyword));
    await storeFlags(step, [copy], '+FLAGS.SILENT', storable, told);
    await storeFlags(step, [copy], '-FLAGS.SILENT', surplus, told);
    level.set(emailId, { ...copy, keywords });
  }
  if (destination !== null) await reopenMailbox(connection, selected, signal);
  return level;
}
