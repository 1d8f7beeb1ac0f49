import { deletedFlag, emailAt, placesOf, putPlace, refreshBase, removePlaces } from '../../db/imap-messages';
import { newRound } from '../../db/imap-unplaced';
import type { EmailId } from '../../model/ids';
import type { ChangeOutcome } from '../backend';
import { atom, sequence, type Argument } from './connection';
import { flagOf } from './flags';
import { search } from './search';
import type { StepContext, Target } from './send';
import { formatUidSet } from './uid-set';

const none: ReadonlyMap<EmailId, ChangeOutcome> = new Map();

/** `+FLAGS` and `-FLAGS` for a set (S10, S27): others' flags stay as they are. */
export async function storeKeywords(
  step: StepContext,
  targets: readonly Target[],
  add: readonly string[],
  remove: readonly string[],
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  const impossible = add.find((keyword) => !canStore(step, keyword));
  if (impossible !== undefined) {
    const message = `The server cannot keep the label “${impossible}” in that mailbox.`;
    return new Map(targets.map(({ emailId }) => [emailId, { result: 'permanent', message }]));
  }
  await storeFlags(step, targets, '+FLAGS.SILENT', add);
  await storeFlags(step, targets, '-FLAGS.SILENT', remove);
  const { context, mailboxId } = step;
  context.db.mail.transaction(() => {
    for (const { emailId, uid } of targets) {
      const place = placesOf(context.db, emailId).find((one) => one.mailboxId === mailboxId && one.uid === uid);
      if (place === undefined) continue;
      const kept = place.keywords.filter((keyword) => !remove.includes(keyword));
      putPlace(context.db, mailboxId, uid, emailId, [...kept, ...add]);
      refreshBase(context.db, emailId);
    }
  });
  return none;
}

function canStore({ selected }: StepContext, keyword: string): boolean {
  const flag = flagOf(keyword);
  if (flag === null) return false;
  return (
    selected.flags === null || selected.flags.has(flag.toLowerCase()) || (selected.anyKeyword && !flag.startsWith('\\'))
  );
}

async function storeFlags(
  { connection, signal }: StepContext,
  targets: readonly Target[],
  operation: string,
  keywords: readonly string[],
): Promise<void> {
  const flags = keywords.flatMap((keyword) => flagOf(keyword) ?? []);
  if (flags.length === 0) return;
  const args: Argument[] = [sequence(uidSet(targets)), atom(operation), flags.map(atom)];
  await connection.command('UID STORE', args, {}, signal);
}

const uidSet = (targets: readonly Target[]): string => formatUidSet(targets.map(({ uid }) => uid));

/**
 * Takes copies out of their mailbox: marked and expunged by UID (RFC 4315). Without UIDPLUS an EXPUNGE would take what
 * others have marked too: then it is only sent if nothing else is marked, and else ours stay marked, and are not shown.
 */
export async function deleteMessages(
  step: StepContext,
  targets: readonly Target[],
): Promise<ReadonlyMap<EmailId, ChangeOutcome>> {
  const { context, connection, mailboxId, signal } = step;
  const { db, warn } = context;
  await storeFlags(step, targets, '+FLAGS.SILENT', [deletedFlag]);
  const isExpunged = await expunge(step, targets);
  if (!isExpunged) {
    const details = connection.selected?.path ?? '';
    warn('Deleted messages stay marked on the server, because other marked ones would be expunged with them.', details);
  }
  db.mail.transaction(() => {
    for (const { emailId, uid } of targets) {
      if (emailAt(db, mailboxId, uid) !== emailId) continue;
      if (!isExpunged) {
        const place = placesOf(db, emailId).find((one) => one.mailboxId === mailboxId && one.uid === uid);
        putPlace(db, mailboxId, uid, emailId, [...(place?.keywords ?? []), deletedFlag]);
        refreshBase(db, emailId);
      } else removePlaces(db, mailboxId, [uid], newRound());
    }
  });
  signal.throwIfAborted();
  return none;
}

async function expunge({ connection, signal }: StepContext, targets: readonly Target[]): Promise<boolean> {
  if (connection.capabilities.has('UIDPLUS')) {
    await connection.command('UID EXPUNGE', [sequence(uidSet(targets))], {}, signal);
    return true;
  }
  const ours = new Set(targets.map(({ uid }) => uid));
  const marked = await search(connection, [atom('DELETED')], signal);
  if (marked.some((uid) => !ours.has(uid))) return false;
  await connection.command('EXPUNGE', [], {}, signal);
  return true;
}
