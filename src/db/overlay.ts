import type { EmailId, MailboxId, ThreadId } from '../model/ids';
import { normaliseKeywords } from '../model/keywords';
import { replayIntents, type EmailState } from '../model/overlay';
import type { EmailIntent } from '../model/pending-change';
import { packKeywords, unpackKeywords } from './keyword-columns';
import type { MailDb } from './mail-db';
import { changesOf, intentsOf, setChangeState } from './pending-changes';

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
  readonly pending: number;
  readonly keywords: readonly string[];
  readonly serverKeywords: readonly string[];
  readonly locations: readonly Location[];
}

const pendingCodes = { none: 0, pending: 1, failed: 2 } as const;

function load({ mail }: MailDb, id: EmailId): Stored | undefined {
  const sql = `SELECT thread_id, received_at, pending, flags, keywords, server_flags, server_keywords FROM emails
    WHERE id = ?`;
  return mail.get(sql, [id], ([threadId, receivedAt, pending, flags, keywords, serverFlags, serverKeywords]) => ({
    id,
    threadId: threadId as ThreadId,
    receivedAt: receivedAt as number,
    pending: pending as number,
    keywords: unpackKeywords(flags as number, keywords as string),
    serverKeywords: unpackKeywords(serverFlags as number, serverKeywords as string),
    locations: mail.all(
      'SELECT mailbox_id, on_server, shown FROM email_mailboxes WHERE email_id = ?',
      [id],
      ([mailboxId, onServer, shown]) => ({
        mailboxId: mailboxId as MailboxId,
        onServer: onServer === 1,
        shown: shown === 1,
      }),
    ),
  }));
}

function serverState(stored: Stored): EmailState {
  return {
    keywords: stored.serverKeywords,
    mailboxIds: new Set(stored.locations.filter((at) => at.onServer).map((at) => at.mailboxId)),
    destroyed: false,
  };
}

/** The message as the server has it, without pending changes; undefined: there is no such message. */
export function getServerState(db: MailDb, id: EmailId): EmailState | undefined {
  const stored = load(db, id);
  return stored && serverState(stored);
}

/**
 * Writes server base and what is shown. Only rows that differ are written, and only their lists are told. Returns whether
 * any did.
 */
function write(db: MailDb, stored: Stored, base: EmailState): boolean {
  const { intents, failed } = intentsOf(db, stored.id);
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

/** The server told its keywords or mailboxes of a message: pending intents are replayed over them (S1). */
export function setServerBase(db: MailDb, id: EmailId, update: ServerUpdate): boolean {
  const stored = load(db, id);
  if (stored === undefined) return false;
  const old = serverState(stored);
  const base: EmailState = {
    keywords: update.keywords === undefined ? old.keywords : normaliseKeywords(update.keywords),
    mailboxIds: update.mailboxIds ?? old.mailboxIds,
    destroyed: false,
  };
  return write(db, stored, base);
}

/**
 * Shows server base + the pending changes that there are now: after one was queued, refused, discarded, or undone. False:
 * it was shown already.
 */
export function replayPending(db: MailDb, id: EmailId): boolean {
  const stored = load(db, id);
  return stored !== undefined && write(db, stored, serverState(stored));
}

/** The server took these intents: they become part of its base. Call after their rows left the queue. */
export function acceptIntents(db: MailDb, id: EmailId, intents: readonly EmailIntent[]): void {
  const stored = load(db, id);
  if (stored === undefined) return;
  write(db, stored, replayIntents(serverState(stored), intents));
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
    replayPending(db, id);
    return all.length > 0;
  });
}
