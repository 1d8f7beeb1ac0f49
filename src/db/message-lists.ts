import type { EmailDetails, MessageRow, PendingState } from '../model/email';
import type { EmailId, MailboxId, ThreadId } from '../model/ids';
import { flagged, isUnread } from '../model/keywords';
import type { Row, SqlValue } from './database';
import { unpackAddresses } from './emails';
import { unpackKeywords } from './keyword-columns';
import type { MailDb } from './mail-db';
import { refusedChanges } from './pending-changes';

/** Where a page of a list ends (keyset paging, never OFFSET): the last row of it. */
export interface ListCursor {
  readonly receivedAt: number;
  readonly emailId: number;
}

const pendingStates: readonly PendingState[] = ['none', 'pending', 'failed'];
const split = (text: string): string[] => (text === '' ? [] : text.split(' '));

const rowColumns = `e.id, e.thread_id, m.mailbox_id, e.addresses, e.subject, e.preview, e.received_at,
  e.has_attachment, e.flags, e.keywords, e.pending`;

function toRow(row: Row, thread: { count: number; unread: number; flagged: number; pending: number }): MessageRow {
  const addresses = unpackAddresses(row[3] as string);
  return {
    emailId: row[0] as EmailId,
    threadId: row[1] as ThreadId,
    mailboxId: row[2] as MailboxId,
    from: addresses.from,
    to: addresses.to,
    subject: row[4] as string,
    preview: row[5] as string,
    receivedAt: row[6] as number,
    hasAttachment: row[7] === 1,
    keywords: unpackKeywords(row[8] as number, row[9] as string),
    pending: pendingStates[Math.max(row[10] as number, thread.pending)] ?? 'none',
    count: thread.count,
    unread: thread.unread,
    flagged: thread.flagged,
  };
}

/** The newest message of each thread stands for it; older ones of the thread in that mailbox are folded away. */
const newestOfThread = `NOT EXISTS (SELECT 1 FROM email_mailboxes n WHERE n.mailbox_id = m.mailbox_id
  AND n.thread_id = m.thread_id AND n.shown = 1 AND (n.received_at, n.email_id) > (m.received_at, m.email_id))`;

function foldedRows(db: MailDb, mailboxId: MailboxId, where: string, order: string, params: SqlValue[]): MessageRow[] {
  return db.mail.all(
    `SELECT ${rowColumns} FROM email_mailboxes m JOIN emails e ON e.id = m.email_id
     WHERE m.mailbox_id = ? AND m.shown = 1 AND ${where} AND ${newestOfThread} ${order}`,
    [mailboxId, ...params],
    (row) => toRow(row, threadSummary(db, mailboxId, row[1] as ThreadId)),
  );
}

function threadSummary({ mail }: MailDb, mailboxId: MailboxId, threadId: ThreadId) {
  const summary = { count: 0, unread: 0, flagged: 0, pending: 0 };
  mail.all(
    `SELECT e.flags, e.pending FROM email_mailboxes m JOIN emails e ON e.id = m.email_id
     WHERE m.mailbox_id = ? AND m.thread_id = ? AND m.shown = 1`,
    [mailboxId, threadId],
    (row) => {
      summary.count += 1;
      const keywords = unpackKeywords(row[0] as number, '');
      if (isUnread(keywords)) summary.unread += 1;
      if (keywords.includes(flagged)) summary.flagged += 1;
      summary.pending = Math.max(summary.pending, row[1] as number);
    },
  );
  return summary;
}

const newestFirst = (a: MessageRow, b: MessageRow): number => b.receivedAt - a.receivedAt || b.emailId - a.emailId;

/** One page of the mailboxes' lists as one list, newest first, threads folded per mailbox. */
export function listMessages(
  db: MailDb,
  mailboxIds: readonly MailboxId[],
  after: ListCursor | null,
  limit: number,
): { rows: MessageRow[]; next: ListCursor | null } {
  const where = after === null ? '1' : '(m.received_at, m.email_id) < (?, ?)';
  const params = after === null ? [] : [after.receivedAt, after.emailId];
  const order = 'ORDER BY m.received_at DESC, m.email_id DESC LIMIT ?';
  const rows = mailboxIds
    .flatMap((mailboxId) => foldedRows(db, mailboxId, where, order, [...params, limit + 1]))
    .sort(newestFirst);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next =
    rows.length > limit && last !== undefined ? { receivedAt: last.receivedAt, emailId: last.emailId } : null;
  return { rows: page, next };
}

/** The folded row next to a message's in the list, or null at its end. Works for a message that has left the list. */
export function neighbour(
  db: MailDb,
  mailboxIds: readonly MailboxId[],
  emailId: EmailId,
  direction: 'older' | 'newer',
): MessageRow | null {
  const at = db.mail.get('SELECT received_at, thread_id FROM emails WHERE id = ?', [emailId], (row) => ({
    receivedAt: row[0] as number,
    threadId: row[1] as ThreadId,
  }));
  if (at === undefined) return null;
  const [comparison, order] = direction === 'older' ? ['<', 'DESC'] : ['>', 'ASC'];
  const rows = mailboxIds.flatMap((mailboxId) =>
    foldedRows(
      db,
      mailboxId,
      `(m.received_at, m.email_id) ${comparison} (?, ?) AND m.thread_id <> ?`,
      `ORDER BY m.received_at ${order}, m.email_id ${order} LIMIT 1`,
      [at.receivedAt, emailId, at.threadId],
    ),
  );
  const sorted = rows.sort(newestFirst);
  return (direction === 'older' ? sorted[0] : sorted.at(-1)) ?? null;
}

/** The messages of a thread, newest first: in one mailbox, or in any but Trash and Junk. */
export function threadMessages(db: MailDb, threadId: ThreadId, mailboxId: MailboxId | null): MessageRow[] {
  const seen = new Set<EmailId>();
  return db.mail
    .all(
      `SELECT ${rowColumns} FROM emails e JOIN email_mailboxes m ON m.email_id = e.id
       JOIN mailboxes b ON b.id = m.mailbox_id
       WHERE e.thread_id = ?1 AND m.shown = 1
         AND CASE WHEN ?2 IS NULL THEN coalesce(b.role, '') NOT IN ('trash', 'junk') ELSE m.mailbox_id = ?2 END
       ORDER BY e.received_at DESC, e.id DESC`,
      [threadId, mailboxId],
      (row) => {
        const keywords = unpackKeywords(row[8] as number, '');
        const unread = isUnread(keywords) ? 1 : 0;
        return toRow(row, { count: 1, unread, flagged: keywords.includes(flagged) ? 1 : 0, pending: 0 });
      },
    )
    .filter((row) => !seen.has(row.emailId) && seen.add(row.emailId)); // once, though it stands in two mailboxes
}

export function getEmailDetails(db: MailDb, emailId: EmailId): EmailDetails | null {
  const details = db.mail.get(
    `SELECT thread_id, account_id, addresses, subject, sent_at, received_at, size, preview, message_id, flags,
       keywords, has_attachment, pending FROM emails WHERE id = ?`,
    [emailId],
    (row): EmailDetails => ({
      emailId,
      threadId: row[0] as ThreadId,
      accountId: row[1] as string,
      mailboxIds: db.mail.all(
        'SELECT mailbox_id FROM email_mailboxes WHERE email_id = ? AND shown = 1',
        [emailId],
        (at) => at[0] as MailboxId,
      ),
      addresses: unpackAddresses(row[2] as string),
      subject: row[3] as string,
      sentAt: row[4] as number | null,
      receivedAt: row[5] as number,
      size: row[6] as number,
      preview: row[7] as string,
      messageId: split(row[8] as string),
      keywords: unpackKeywords(row[9] as number, row[10] as string),
      hasAttachment: row[11] === 1,
      pending: pendingStates[row[12] as number] ?? 'none',
      refused: row[12] === 2 ? refusedChanges(db, emailId) : [],
    }),
  );
  return details ?? null;
}
