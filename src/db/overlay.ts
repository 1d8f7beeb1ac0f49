import { grouped } from '../model/grouped';
import type { EmailId, MailboxId, ThreadId } from '../model/ids';
import { normaliseKeywords } from '../model/keywords';
import { replayIntents, type EmailState } from '../model/overlay';
import type { EmailIntent } from '../model/pending-change';
import { packKeywords, unpackKeywords } from './keyword-columns';
import type { MailDb } from './mail-db';
import { changesOf, intentsOf, setChangeState, type Wanted } from './pending-changes';

/** What a server may change of a message; what is absent stays as it was. */
export interface ServerUpdate {
  readonly keywords?: readonly string[];
  readonly mailboxIds?: ReadonlySet<MailboxId>;
}

interface Location {
  readonly mailboxId: MailboxId;
  readonly onServer: boolean;
  readonly shown: boolean;
}

interface Stored {
  readonly id: EmailId;
  readonly threadId: ThreadId;
  readonly receivedAt: number;
  readonly serverKeywords: readonly string[];
  readonly locations: readonly Location[];
}

const pendingCodes = { none: 0, pending: 1, failed: 2 } as const;

/** Messages rebuilt at a time: what is known of so many is read by three statements. */
const pageSize = 1000;

function load({ mail }: MailDb, ids: readonly EmailId[]): Stored[] {
  const asked = [JSON.stringify(ids)];
  const locations = grouped(
    mail.all(
      `SELECT email_id, mailbox_id, on_server, shown FROM email_mailboxes
       WHERE email_id IN (SELECT value FROM json_each(?))`,
      asked,
      ([id, mailboxId, onServer, shown]) =>
        [id as EmailId, { mailboxId: mailboxId as MailboxId, onServer: onServer === 1, shown: shown === 1 }] as const,
    ),
  );
  return mail.all(
    `SELECT id, thread_id, received_at, server_flags, server_keywords FROM emails
     WHERE id IN (SELECT value FROM json_each(?))`,
    asked,
    ([id, threadId, receivedAt, serverFlags, serverKeywords]) => ({
      id: id as EmailId,
      threadId: threadId as ThreadId,
      receivedAt: receivedAt as number,
      serverKeywords: unpackKeywords(serverFlags as number, serverKeywords as string),
      locations: locations.get(id as EmailId) ?? [],
    }),
  );
}

function serverState(stored: Stored): EmailState {
  return {
    keywords: stored.serverKeywords,
    mailboxIds: new Set(stored.locations.filter((at) => at.onServer).map((at) => at.mailboxId)),
    destroyed: false,
  };
}

/** Those of the messages that are here, as the server has them, without pending changes. */
export function getServerStates(db: MailDb, ids: readonly EmailId[]): Map<EmailId, EmailState> {
  return new Map(load(db, ids).map((stored) => [stored.id, serverState(stored)]));
}

export function getServerState(db: MailDb, id: EmailId): EmailState | undefined {
  return getServerStates(db, [id]).get(id);
}

/**
 * Writes server base and what is shown. Only rows that differ are written, and only their lists are told. Returns whether
 * any did.
 */
function write(db: MailDb, stored: Stored, base: EmailState, { intents, failed }: Wanted): boolean {
  const shown = replayIntents(base, intents);
  const shownIn = shown.destroyed ? new Set<MailboxId>() : shown.mailboxIds;
  const keywords = packKeywords(shown.keywords);
  const server = packKeywords(base.keywords);
  const pending = failed ? pendingCodes.failed : intents.length > 0 ? pendingCodes.pending : pendingCodes.none;

  const values = [keywords.flags, keywords.others, server.flags, server.others, pending];
  const updated = db.mail.run(
    `UPDATE emails SET flags = ?, keywords = ?, server_flags = ?, server_keywords = ?, pending = ? WHERE id = ?
     AND (flags, keywords, server_flags, server_keywords, pending) <> (?, ?, ?, ?, ?)`,
    [...values, stored.id, ...values],
  );
  if (updated > 0) db.changes.noteEmail(stored.id);
  let differs = updated > 0;

  const before = new Map(stored.locations.map((at) => [at.mailboxId, at]));
  for (const mailboxId of new Set([...before.keys(), ...base.mailboxIds, ...shownIn])) {
    const old = before.get(mailboxId);
    const onServer = base.mailboxIds.has(mailboxId);
    const isShown = shownIn.has(mailboxId);
    if (!onServer && !isShown) {
      db.mail.run('DELETE FROM email_mailboxes WHERE email_id = ? AND mailbox_id = ?', [stored.id, mailboxId]);
    } else if (old === undefined) {
      // A mailbox that is gone here (deleted under a waiting move) cannot show anything.
      db.mail.run(
        `INSERT INTO email_mailboxes (email_id, mailbox_id, on_server, shown, received_at, thread_id)
         SELECT ?, id, ?, ?, ?, ? FROM mailboxes WHERE id = ?`,
        [stored.id, onServer ? 1 : 0, isShown ? 1 : 0, stored.receivedAt, stored.threadId, mailboxId],
      );
    } else if (old.onServer !== onServer || old.shown !== isShown) {
      db.mail.run('UPDATE email_mailboxes SET on_server = ?, shown = ? WHERE email_id = ? AND mailbox_id = ?', [
        onServer ? 1 : 0,
        isShown ? 1 : 0,
        stored.id,
        mailboxId,
      ]);
    } else if (updated === 0) continue;
    differs = true;
    db.changes.noteMessages(mailboxId);
  }
  return differs;
}

/**
 * Writes what a new base makes of these messages, with their pending intents replayed over it (S1). Returns those of which
 * something was otherwise.
 */
function rebase(db: MailDb, ids: Iterable<EmailId>, newBase: (now: EmailState, id: EmailId) => EmailState): EmailId[] {
  const all = [...new Set(ids)];
  const different: EmailId[] = [];
  for (let at = 0; at < all.length; at += pageSize) {
    const page = all.slice(at, at + pageSize);
    const wanted = intentsOf(db, page);
    for (const stored of load(db, page)) {
      const base = newBase(serverState(stored), stored.id);
      if (write(db, stored, base, wanted.get(stored.id) ?? nothingWanted)) different.push(stored.id);
    }
  }
  return different;
}

const nothingWanted: Wanted = { intents: [], failed: false };

/** The server told its keywords or mailboxes of messages: pending intents are replayed over them (S1). */
export function setServerBase(db: MailDb, updates: Iterable<readonly [EmailId, ServerUpdate]>): EmailId[] {
  const told = grouped(updates);
  return rebase(db, told.keys(), (now, id) => (told.get(id) ?? []).reduce(updated, now));
}

function updated(base: EmailState, { keywords, mailboxIds = base.mailboxIds }: ServerUpdate): EmailState {
  return { ...base, keywords: keywords === undefined ? base.keywords : normaliseKeywords(keywords), mailboxIds };
}

/**
 * Shows server base + the pending changes that there are now: after some were queued, refused, discarded, or undone. What
 * was shown so already is not returned.
 */
export function replayPending(db: MailDb, ids: Iterable<EmailId>): EmailId[] {
  return rebase(db, ids, (now) => now);
}

/** The server took these intents: they become part of its base. Call after their rows left the queue. */
export function acceptIntents(db: MailDb, taken: ReadonlyMap<EmailId, readonly EmailIntent[]>): void {
  rebase(db, taken.keys(), (now, id) => replayIntents(now, taken.get(id) ?? []));
}

/** What waits of a message cannot be done: it stands in the list of refused changes (S30). False: there is none there. */
export function refuseChanges(db: MailDb, id: EmailId, why: string): boolean {
  return db.mail.transaction(() => {
    const all = changesOf(db, id);
    setChangeState(
      db,
      all.filter(({ state }) => state === 'queued').map((change) => change.id),
      'failed',
      { lastError: why, countAttempt: false },
    );
    replayPending(db, [id]);
    return all.length > 0;
  });
}
