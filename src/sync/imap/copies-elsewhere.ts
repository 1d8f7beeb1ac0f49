import { deletedFlag, isLive, placesOfEach, updateKeywords } from '../../db/imap-messages';
import { remoteMailboxId } from '../../db/mailboxes';
import { grouped } from '../../model/grouped';
import type { EmailId, MailboxId } from '../../model/ids';
import { suspect } from './absent';
import { getCheckpoint } from './checkpoint';
import { keywordsOf } from './flags';
import { CommandRefused } from './imap-error';
import { fetchFlags } from './look-at-flags';
import { reopenMailbox, selectMailbox } from './select';
import type { StepContext, Target } from './send';
import { fittingParts, formatUidSet } from './uid-set';

/**
 * Those of the messages that stand in another mailbox too, by the server's word of this moment: what is known here may be
 * a cycle old, and whoever takes out a copy on the strength of it may take the last one. `only`: just there. Leaves the
 * mailbox open.
 */
export async function copiesElsewhere(
  step: StepContext,
  targets: readonly Target[],
  only?: MailboxId,
): Promise<ReadonlySet<EmailId>> {
  const { context, connection, mailboxId, selected, signal } = step;
  const { db, accountId } = context;
  const known = placesOfEach(
    db,
    targets.map(({ emailId }) => emailId),
  );
  const others = [...known].flatMap(([emailId, places]) =>
    places
      .filter(
        (place) => isLive(place) && place.mailboxId !== mailboxId && (only ?? place.mailboxId) === place.mailboxId,
      )
      .map((place) => [place.mailboxId, { emailId, uid: place.uid }] as const),
  );
  const sure = new Set<EmailId>();
  for (const [otherId, copies] of grouped(others)) {
    const asked = copies.filter(({ emailId }) => !sure.has(emailId));
    const path = remoteMailboxId(db, otherId);
    if (asked.length === 0 || path === undefined) continue;
    const uidValidity = await validityOf(step, path);
    if (uidValidity === null || uidValidity !== getCheckpoint(db, accountId, otherId)?.uidValidity) continue;
    for (const part of fittingParts(asked, ({ uid }) => uid)) {
      const flags = await fetchFlags(step, formatUidSet(part.map(({ uid }) => uid)));
      const keywords = new Map([...flags].map(([uid, list]) => [uid, keywordsOf(list)] as const));
      updateKeywords(db, otherId, keywords);
      if (part.some(({ uid }) => !flags.has(uid))) suspect({ context, mailboxId: otherId });
      for (const { emailId, uid } of part) {
        if (keywords.get(uid)?.includes(deletedFlag) === false) sure.add(emailId);
      }
    }
  }
  await reopenMailbox(connection, selected, signal);
  return sure;
}

/** Opens a mailbox; null: it cannot be opened now. */
async function validityOf({ connection, signal }: StepContext, path: string): Promise<number | null> {
  try {
    return (await selectMailbox(connection, path, null, signal)).uidValidity;
  } catch (error) {
    if (error instanceof CommandRefused) return null;
    throw error;
  }
}
