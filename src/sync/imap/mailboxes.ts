import { placesIn, refreshBase, removePlaces, emailAt } from '../../db/imap-messages';
import { renameMailbox, storedMailboxes, type StoredMailbox } from '../../db/imap-mailboxes';
import { identityOf } from '../../db/email-identity';
import { emailIdentity, expectNowhere, type Round } from '../../db/imap-unplaced';
import { deleteMailboxes, updateServerCounts, upsertMailboxes } from '../../db/mailboxes';
import type { Findings } from '../../model/findings';
import type { MailboxId } from '../../model/ids';
import type { MailboxRole } from '../../model/mailbox';
import { clearCheckpoint, getCheckpoint, type Checkpoint, type StatusMark } from './checkpoint';
import type { ImapConnection } from './connection';
import { fetchList } from './fetch-list';
import { CommandRefused } from './imap-error';
import type { ImapContext } from './imap-context';
import { inPages } from './in-pages';
import { isListed, listMailboxes, type ListedMailbox } from './list';
import { clearOwnMarks } from './own-marks';
import { searchUids } from './search';
import { selectMailbox } from './select';
import { formatUidSet } from './uid-set';

/** A mailbox that can be opened. */
export interface OpenableMailbox {
  readonly id: MailboxId;
  readonly path: string;
  readonly role: MailboxRole | null;
  readonly status: StatusMark;
  readonly mailboxId: string | null;
}

export interface MailboxRound {
  readonly mailboxes: readonly OpenableMailbox[];
  /** Created, renamed, deleted, or otherwise not as they were. */
  readonly changed: number;
  /** Copies that went with their mailbox. */
  readonly removed: number;
}

/** Messages that are looked at before a mailbox of another name counts as the same (its numbers are the same). */
const sampleSize = 3;

/**
 * Lists the mailboxes and brings ours up to date with them, in the order in which they are to be read (S24). `findings`:
 * counts what was otherwise (S39).
 */
export async function syncMailboxes(
  context: ImapContext,
  connection: ImapConnection,
  round: Round,
  signal: AbortSignal,
  findings?: Findings,
): Promise<MailboxRound> {
  const { db, accountId } = context;
  const stored = storedMailboxes(db, accountId);
  let look = await compareWithList(context, connection, stored, signal);
  // A list is not of one moment: what was renamed while it was made may be in it under neither name.
  if (look.gone.length > 0) look = await compareWithList(context, connection, stored, signal);
  const { listed, byPath, renamed, gone } = look;
  const emptied = stored.filter(({ remoteId }) => byPath.get(remoteId)?.isNode === true);
  let removed = 0;
  for (const mailbox of [...gone, ...emptied]) removed += await forgetMessages(context, mailbox, round, signal);
  return db.mail.transaction(() => {
    for (const [id, path] of renamed) renameMailbox(db, id, path);
    deleteMailboxes(
      db,
      accountId,
      gone.map((mailbox) => mailbox.remoteId),
    );
    const before = new Map(storedMailboxes(db, accountId).map((mailbox) => [mailbox.remoteId, mailbox]));
    const different = listed.filter((item) => isDifferent(item, before.get(item.mailbox.remoteId)));
    const created = different.filter((item) => !before.has(item.mailbox.remoteId)).length;
    findings?.add('mailboxes-missing', created);
    findings?.add('mailboxes-different', different.length - created);
    findings?.add('mailboxes-extra', gone.length);
    upsertMailboxes(
      db,
      accountId,
      different.map((item) => item.mailbox),
      false,
    );
    updateServerCounts(
      db,
      accountId,
      listed.map((item) => item.mailbox),
    );
    return {
      mailboxes: inOrder(context, openable(storedMailboxes(db, accountId), byPath)),
      changed: different.length + gone.length,
      removed,
    };
  });
}

interface Comparison {
  readonly listed: readonly ListedMailbox[];
  readonly byPath: ReadonlyMap<string, ListedMailbox>;
  readonly renamed: ReadonlyMap<MailboxId, string>;
  readonly gone: readonly StoredMailbox[];
}

async function compareWithList(
  context: ImapContext,
  connection: ImapConnection,
  stored: readonly StoredMailbox[],
  signal: AbortSignal,
): Promise<Comparison> {
  const { mailboxes: listed, absent } = await listMailboxes(connection, signal);
  const byPath = new Map(listed.map((item) => [item.mailbox.remoteId, item]));
  const known = new Set(stored.map((mailbox) => mailbox.remoteId));
  const missing = stored.filter((mailbox) => !byPath.has(mailbox.remoteId));
  const news = new Set(listed.filter((item) => !known.has(item.mailbox.remoteId)));
  const renamed = await findRenamed(context, connection, missing, news, listed, signal);
  const gone: StoredMailbox[] = [];
  for (const mailbox of missing) {
    if (renamed.has(mailbox.id)) continue;
    const isGone = absent.has(mailbox.remoteId) || !(await isListed(connection, mailbox.remoteId, signal));
    if (isGone) gone.push(mailbox);
  }
  return { listed, byPath, renamed, gone };
}

/** Ours → the new path. Recognised by MAILBOXID, else by the same numbers meaning the same messages. */
async function findRenamed(
  context: ImapContext,
  connection: ImapConnection,
  missing: readonly StoredMailbox[],
  news: ReadonlySet<ListedMailbox>,
  listed: readonly ListedMailbox[],
  signal: AbortSignal,
): Promise<Map<MailboxId, string>> {
  const { db, accountId } = context;
  const renamed = new Map<MailboxId, string>();
  const candidates = new Set(news);
  for (const mailbox of missing) {
    const checkpoint = getCheckpoint(db, accountId, mailbox.id);
    if (checkpoint === null) continue;
    for (const item of candidates) {
      const isUnique = listed.filter(({ status }) => status?.uidValidity === item.status?.uidValidity).length === 1;
      if (!(await isSame(context, connection, mailbox.id, checkpoint, item, isUnique, signal))) continue;
      renamed.set(mailbox.id, item.mailbox.remoteId);
      candidates.delete(item);
      break;
    }
  }
  return renamed;
}

async function isSame(
  { db }: ImapContext,
  connection: ImapConnection,
  id: MailboxId,
  checkpoint: Checkpoint,
  { mailbox, status, mailboxId }: ListedMailbox,
  isUnique: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  // Also where renaming changes the numbers (Cyrus): S20 sees to those.
  if (checkpoint.mailboxId !== null && mailboxId !== null) return checkpoint.mailboxId === mailboxId;
  if (status?.uidValidity !== checkpoint.uidValidity) return false;
  if (status.uidNext !== null && status.uidNext < checkpoint.uidNext) return false;
  const sample = [...placesIn(db, id, 1).keys()].slice(-sampleSize);
  if (sample.length === 0 && status.messages === 0) return true;
  try {
    const selected = await selectMailbox(connection, mailbox.remoteId, null, signal);
    if (selected.uidValidity !== checkpoint.uidValidity) return false;
    if (sample.length === 0) {
      // All that is there came after what was there when it was ours. Where all mailboxes have the same UIDVALIDITY, that
      // says nothing.
      const past = checkpoint.uidNext - 1;
      return isUnique && past > 0 && (await searchUids(connection, `1:${past}`, signal)).length === 0;
    }
    const found = await fetchList(connection, { uids: formatUidSet(sample) }, signal);
    return (
      found.length > 0 &&
      found.every((email) => {
        const ours = emailAt(db, id, email.uid);
        return ours !== undefined && emailIdentity(db, ours) === identityOf(email);
      })
    );
  } catch (error) {
    if (error instanceof CommandRefused) return false;
    throw error;
  }
}

/** A mailbox that is gone, or holds no mail any more: its messages may turn up elsewhere (S21), so they are set aside. */
async function forgetMessages(
  { db, accountId }: ImapContext,
  { id }: StoredMailbox,
  round: Round,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  // First: should this be interrupted, and the mailbox come back, all of it is read anew.
  clearCheckpoint(db, accountId, id);
  clearOwnMarks(db, accountId, id);
  await inPages(db, [...placesIn(db, id, 1).keys()], signal, (page) => {
    removed += removePlaces(db, id, page, round);
  });
  await inPages(db, expectNowhere(db, id), signal, (page) => {
    for (const emailId of page) round.departed.add(emailId);
    refreshBase(db, page);
  });
  return removed;
}

function isDifferent({ mailbox }: ListedMailbox, stored: StoredMailbox | undefined): boolean {
  return (
    stored?.name !== mailbox.name ||
    stored.parentRemoteId !== mailbox.parentRemoteId ||
    stored.role !== mailbox.role ||
    stored.isSubscribed !== mailbox.isSubscribed ||
    stored.isReadable !== mailbox.rights.mayReadItems
  );
}

function openable(stored: readonly StoredMailbox[], listed: ReadonlyMap<string, ListedMailbox>): OpenableMailbox[] {
  return stored.flatMap(({ id, remoteId, role }) => {
    const item = listed.get(remoteId);
    const status = item?.status ?? null;
    return status === null ? [] : { id, path: remoteId, role, status, mailboxId: item?.mailboxId ?? null };
  });
}

/** S24: INBOX, the one on screen, those with a role, the rest. */
function inOrder(context: ImapContext, mailboxes: readonly OpenableMailbox[]): OpenableMailbox[] {
  const focused = context.focused();
  const rank = ({ id, role }: OpenableMailbox): number =>
    role === 'inbox' ? 0 : id === focused ? 1 : role !== null ? 2 : 3;
  return [...mailboxes].sort((a, b) => rank(a) - rank(b) || a.id - b.id);
}
