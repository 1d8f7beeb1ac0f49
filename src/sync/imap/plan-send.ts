import { combined, deletedFlag, isLive, placesOfEach, type Place } from '../../db/imap-messages';
import { expectedMailboxes, isUnplaced } from '../../db/imap-unplaced';
import type { MailDb } from '../../db/mail-db';
import { remoteMailboxId } from '../../db/mailboxes';
import type { EmailId, MailboxId } from '../../model/ids';
import { seen } from '../../model/keywords';
import type { ChangeOutcome, OutgoingChange } from '../backend';
import { changeWords, refused } from '../change-words';
import { unknownYet } from './absent';
import type { ImapContext } from './imap-context';
import { copyMessages, moveMessages } from './move';
import type { Step, Target } from './send';
import { deleteMessages, removeOldCopies, storeKeywords, takeMarkAway } from './store';

/** In the order in which they are done. */
export const steps = { prepare: -1, keywords: 0, copy: 1, move: 2, remove: 3 } as const;

export type Add = (order: number, key: string, mailboxId: MailboxId, uid: number, run: Step) => void;

const whereUnknown = 'It is not known at the moment where this message is on the server.';

/** Where a message is on the server; `expected`: there too, under a UID that is not known. */
export interface Whereabouts {
  readonly places: readonly Place[];
  readonly expected: MailboxId | null;
}

/** Of a batch, looked up as a whole. */
export function whereaboutsOf(db: MailDb, ids: readonly EmailId[]): (id: EmailId) => Whereabouts {
  const places = placesOfEach(db, ids);
  const expected = expectedMailboxes(db, ids);
  return (id) => ({ places: places.get(id) ?? [], expected: expected.get(id) ?? null });
}

/** The steps of one change; or what has become of it already. */
export function plan(
  context: ImapContext,
  change: OutgoingChange,
  { places, expected }: Whereabouts,
  add: Add,
): ChangeOutcome | null {
  const { email, patch } = change;
  const live = places.filter(isLive);
  if (live.length === 0 && (places.length === 0 || isUnplaced(context.db, email.id))) return unknownYet(whereUnknown);
  if (patch.destroy) {
    // A move before it may have made a copy that is not known yet, and would be left.
    if (change.mayHaveLeft && context.doubt.isOpen) return unknownYet(whereUnknown);
    for (const { mailboxId, uid } of places) add(steps.remove, '', mailboxId, uid, deleteMessages);
    return null;
  }
  if (change.mayHaveLeft && context.doubt.isOpen && isMoved(live, patch)) return unknownYet(whereUnknown);
  const { addKeywords, removeKeywords } = patch;
  if (addKeywords.length + removeKeywords.length > 0) {
    // One of its copies would be passed over.
    if (expected !== null) return unknownYet(whereUnknown);
    const run: Step = (step, targets) => storeKeywords(step, targets, addKeywords, removeKeywords);
    const key = JSON.stringify([addKeywords, removeKeywords]);
    for (const { mailboxId, uid } of live.length > 0 ? live : places) add(steps.keywords, key, mailboxId, uid, run);
  }
  return planMailboxes(context, places, expected, patch, add);
}

/**
 * Whether it is to stand where it seems to, or to leave where it does not seem to be: a move and the way back, and the
 * first of them may have been done. Then the next cycle tells where it is.
 */
function isMoved(live: readonly Place[], { addMailboxes, removeMailboxes }: OutgoingChange['patch']): boolean {
  const here = new Set(live.map(({ mailboxId }) => mailboxId));
  return addMailboxes.some((id) => here.has(id)) || removeMailboxes.some((id) => !here.has(id));
}

/**
 * A copy that is marked `\Deleted` is no place: whoever marked it may expunge it at any moment, and what is made of it is
 * marked too. Where it stands a message still has to arrive, and it never counts among those that are left.
 */
function planMailboxes(
  context: ImapContext,
  places: readonly Place[],
  expected: MailboxId | null,
  patch: OutgoingChange['patch'],
  add: Add,
): ChangeOutcome | null {
  const removing = new Set(patch.removeMailboxes);
  const live = places.filter(isLive);
  const here = new Set(live.map(({ mailboxId }) => mailboxId));
  if (expected !== null) {
    // A copy that the server has made, and whose number it did not tell (S22).
    if (removing.has(expected)) return unknownYet(whereUnknown);
    here.add(expected);
  }
  const arriving = patch.addMailboxes.filter((id) => !here.has(id));
  if (arriving.some((id) => remoteMailboxId(context.db, id) === undefined)) {
    return refused(changeWords.targetGone);
  }
  if (live.length === 0 && arriving.length > 0) return planRescue(context, places, patch, add);
  const leaving = live.filter(({ mailboxId }) => removing.has(mailboxId));
  if (leaving.length === live.length && arriving.length === 0 && expected === null) {
    // Of one that is only marked nothing is shown that could be taken away.
    return leaving.length === 0 ? null : refused(changeWords.nowhere);
  }
  const [source] = leaving.length > 0 ? leaving : live;
  const [destination, ...others] = leaving.length > 0 ? arriving : [undefined, ...arriving];
  const staying = live.filter((place) => !leaving.includes(place) || (place === source && destination !== undefined));
  if (staying.length < live.length) keepKeywords(live, staying, add);
  for (const id of others) {
    if (source !== undefined && id !== undefined) {
      add(steps.copy, `copy ${id}`, source.mailboxId, source.uid, (step, targets) =>
        copyMessages(step, targets.map(lookedFor), id),
      );
    }
  }
  // The marked ones as well: a move that was interrupted may have left them.
  for (const place of places.filter(({ mailboxId }) => removing.has(mailboxId))) {
    if (place === source && destination !== undefined) {
      add(steps.move, `move ${destination}`, place.mailboxId, place.uid, (step, targets) =>
        moveMessages(step, targets, destination),
      );
    } else add(steps.remove, 'copies', place.mailboxId, place.uid, removeOldCopies);
  }
  return null;
}

/** Somebody else may have put a copy there as well, and a second one would double the message. */
const lookedFor = (target: Target): Target => ({ ...target, mayBeDone: true });

/**
 * Somebody has marked every copy, and the person moves the message meanwhile: it stays, as it does where it was moved to
 * Trash. One copy loses its mark, and goes from there.
 */
function planRescue(
  context: ImapContext,
  places: readonly Place[],
  patch: OutgoingChange['patch'],
  add: Add,
): ChangeOutcome | null {
  const { addMailboxes, removeMailboxes } = patch;
  const saved = places.find(({ mailboxId }) => addMailboxes.includes(mailboxId)) ?? places[0];
  if (saved === undefined) return unknownYet(whereUnknown);
  add(steps.prepare, 'rescue', saved.mailboxId, saved.uid, takeMarkAway);
  const copies = places.map((place) =>
    place === saved ? { ...place, keywords: place.keywords.filter((keyword) => keyword !== deletedFlag) } : place,
  );
  const leaves = addMailboxes.includes(saved.mailboxId) ? [] : [saved.mailboxId];
  return planMailboxes(context, copies, null, { ...patch, removeMailboxes: [...removeMailboxes, ...leaves] }, add);
}

/** Of several copies some go: what only those had is the message's all the same, so the ones that stay get it first. */
function keepKeywords(live: readonly Place[], staying: readonly Place[], add: Add): void {
  const keywords = combined(live);
  for (const place of staying) {
    const missing = keywords.filter((keyword) => !place.keywords.includes(keyword));
    const unseen = place.keywords.includes(seen) && !keywords.includes(seen) ? [seen] : [];
    if (missing.length + unseen.length === 0) continue;
    const run: Step = async (step, targets) => {
      const outcomes = await storeKeywords(step, targets, missing, unseen);
      // A label that a mailbox cannot keep is no reason to refuse a move.
      return new Map([...outcomes].filter(([, { result }]) => result !== 'permanent'));
    };
    add(steps.prepare, JSON.stringify([missing, unseen]), place.mailboxId, place.uid, run);
  }
}
