import type { AccountId, MailboxId } from '../model/ids';
import { isUnread } from '../model/keywords';
import type { Mailbox, MailboxRights, MailboxRole, ServerMailbox } from '../model/mailbox';
import { parentsWithoutCycles } from '../model/mailbox-tree';
import type { Row, SqlValue } from './database';
import { unpackKeywords } from './keyword-columns';
import type { MailDb } from './mail-db';

const rightBits: readonly (keyof MailboxRights)[] = [
  'mayReadItems',
  'mayAddItems',
  'mayRemoveItems',
  'maySetSeen',
  'maySetKeywords',
];

function packRights(rights: MailboxRights): number {
  return rightBits.reduce((bits, right, index) => bits | (rights[right] ? 1 << index : 0), 0);
}

function unpackRights(bits: number): MailboxRights {
  const has = (right: keyof MailboxRights): boolean => (bits & (1 << rightBits.indexOf(right))) !== 0;
  return {
    mayReadItems: has('mayReadItems'),
    mayAddItems: has('mayAddItems'),
    mayRemoveItems: has('mayRemoveItems'),
    maySetSeen: has('maySetSeen'),
    maySetKeywords: has('maySetKeywords'),
  };
}

/**
 * Inserts or updates. `complete`: what a new mailbox starts as (all its mail will come by changes, because the account's
 * first sync is over).
 */
export function upsertMailboxes(
  { mail, changes }: MailDb,
  accountId: AccountId,
  mailboxes: readonly ServerMailbox[],
  complete: boolean,
): void {
  mail.transaction(() => {
    for (const box of mailboxes) {
      changes.note('mailboxes');
      const values: SqlValue[] = [
        box.name,
        box.parentRemoteId,
        box.role,
        box.sortOrder,
        box.isSubscribed ? 1 : 0,
        packRights(box.rights),
        box.totalEmails,
        box.unreadEmails,
      ];
      mail.run(
        `INSERT INTO mailboxes (account_id, remote_id, name, parent_remote_id, role, sort_order, is_subscribed, rights,
           server_total, server_unread, is_complete)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (account_id, remote_id) DO UPDATE SET name = excluded.name,
           parent_remote_id = excluded.parent_remote_id, role = excluded.role, sort_order = excluded.sort_order,
           is_subscribed = excluded.is_subscribed, rights = excluded.rights, server_total = excluded.server_total,
           server_unread = excluded.server_unread`,
        [accountId, box.remoteId, ...values, complete ? 1 : 0],
      );
    }
  });
}

/**
 * How many of these are not here, and how many are here otherwise (S39). Counts are left out: they change all the time, and
 * once all mail is here ours are shown.
 */
export function compareMailboxes(
  { mail }: MailDb,
  accountId: AccountId,
  mailboxes: readonly ServerMailbox[],
): { missing: number; different: number } {
  const sql = `SELECT remote_id, name, parent_remote_id, role, sort_order, is_subscribed, rights FROM mailboxes
    WHERE account_id = ?`;
  const here = new Map(mail.all(sql, [accountId], ([id, ...values]) => [id as string, JSON.stringify(values)]));
  const found = { missing: 0, different: 0 };
  for (const box of mailboxes) {
    const stored = here.get(box.remoteId);
    const values = [box.name, box.parentRemoteId, box.role, box.sortOrder, box.isSubscribed ? 1 : 0];
    if (stored === undefined) found.missing += 1;
    else if (stored !== JSON.stringify([...values, packRights(box.rights)])) found.different += 1;
  }
  return found;
}

/** Only the server's counters changed (JMAP `updatedProperties`); null: this one did not. Unknown ids are passed over. */
export function updateServerCounts(
  { mail, changes }: MailDb,
  accountId: AccountId,
  counts: readonly {
    readonly remoteId: string;
    readonly totalEmails: number | null;
    readonly unreadEmails: number | null;
  }[],
): void {
  mail.transaction(() => {
    for (const { remoteId, totalEmails, unreadEmails } of counts) {
      const changed = mail.run(
        `UPDATE mailboxes SET server_total = coalesce(?1, server_total), server_unread = coalesce(?2, server_unread)
         WHERE account_id = ?3 AND remote_id = ?4 AND (server_total <> ?1 OR server_unread <> ?2)`,
        [totalEmails, unreadEmails, accountId, remoteId],
      );
      if (changed > 0) changes.note('mailboxes');
    }
  });
}

/** Removes mailboxes; messages that stand in no other one stay until the server says what became of them (S21). */
export function deleteMailboxes({ mail, changes }: MailDb, accountId: AccountId, remoteIds: readonly string[]): void {
  mail.transaction(() => {
    for (const remoteId of remoteIds) {
      if (mail.run('DELETE FROM mailboxes WHERE account_id = ? AND remote_id = ?', [accountId, remoteId]) === 0)
        continue;
      changes.note('mailboxes');
    }
  });
}

/** The account's first sync is over: from here on our own counters tell more than the server's. */
export function markComplete({ mail, changes }: MailDb, accountId: AccountId): void {
  if (mail.run('UPDATE mailboxes SET is_complete = 1 WHERE account_id = ? AND is_complete = 0', [accountId]) > 0) {
    changes.note('mailboxes');
  }
}

/** Remote id → our key, of all mailboxes of an account. */
export function mailboxKeys({ mail }: MailDb, accountId: AccountId): Map<string, MailboxId> {
  const sql = 'SELECT remote_id, id FROM mailboxes WHERE account_id = ?';
  return new Map(mail.all(sql, [accountId], (row) => [row[0] as string, row[1] as MailboxId] as const));
}

export function remoteMailboxId({ mail }: MailDb, id: MailboxId): string | undefined {
  return mail.get('SELECT remote_id FROM mailboxes WHERE id = ?', [id], (row) => row[0] as string);
}

/** The account's mailbox of a role; of several, the first in the server's order. */
export function mailboxOfRole({ mail }: MailDb, accountId: AccountId, role: MailboxRole): MailboxId | undefined {
  const sql = 'SELECT id FROM mailboxes WHERE account_id = ? AND role = ? ORDER BY sort_order, id LIMIT 1';
  return mail.get(sql, [accountId, role], (row) => row[0] as MailboxId);
}

export function inboxes({ mail }: MailDb): MailboxId[] {
  return mail.all("SELECT id FROM mailboxes WHERE role = 'inbox' ORDER BY id", [], (row) => row[0] as MailboxId);
}

export interface MailboxRef {
  readonly id: MailboxId;
  readonly accountId: AccountId;
  readonly role: MailboxRole | null;
}

export function getMailboxRef({ mail }: MailDb, id: MailboxId): MailboxRef | undefined {
  return mail.get('SELECT id, account_id, role FROM mailboxes WHERE id = ?', [id], (row) => ({
    id: row[0] as MailboxId,
    accountId: row[1] as AccountId,
    role: row[2] as MailboxRole | null,
  }));
}

interface CountDelta {
  total: number;
  unread: number;
}

const unreadOf = (flags: SqlValue | undefined): number => (isUnread(unpackKeywords(flags as number, '')) ? 1 : 0);

/**
 * How pending changes move the counters of mailboxes that are not all here: shown − server. A queue may be long, and those that
 * are complete count what they show.
 */
function pendingDeltas({ mail }: MailDb): Map<MailboxId, CountDelta> {
  const deltas = new Map<MailboxId, CountDelta>();
  if (mail.get('SELECT 1 FROM mailboxes WHERE is_complete = 0 LIMIT 1', [], () => true) === undefined) return deltas;
  mail.all(
    `SELECT m.mailbox_id, m.on_server, m.shown, e.flags, e.server_flags
     FROM emails e JOIN email_mailboxes m ON m.email_id = e.id
     WHERE e.id IN (SELECT CAST(resource_id AS INTEGER) FROM pending_changes WHERE resource_type = 'Email')`,
    [],
    ([mailboxId, onServer, shown, flags, serverFlags]: Row) => {
      const delta = deltas.get(mailboxId as MailboxId) ?? { total: 0, unread: 0 };
      delta.total += (shown as number) - (onServer as number);
      delta.unread += (shown as number) * unreadOf(flags) - (onServer as number) * unreadOf(serverFlags);
      deltas.set(mailboxId as MailboxId, delta);
    },
  );
  return deltas;
}

interface MailboxRow extends Mailbox {
  readonly remoteId: string;
  readonly parentRemoteId: string | null;
}

/** All mailboxes of all accounts, unordered, with parents made sane. */
export function listMailboxes(db: MailDb): Mailbox[] {
  const deltas = pendingDeltas(db);
  const rows = db.mail.all(
    `SELECT id, account_id, remote_id, name, parent_remote_id, role, sort_order, is_subscribed, rights, server_total,
       server_unread, is_complete, total, unread FROM mailboxes`,
    [],
    (row): MailboxRow => {
      const [id, accountId, remoteId, name, parent, role, sortOrder, subscribed, rights] = row;
      const delta = deltas.get(id as MailboxId) ?? { total: 0, unread: 0 };
      const complete = row[11] === 1;
      return {
        id: id as MailboxId,
        accountId: accountId as AccountId,
        remoteId: remoteId as string,
        name: name as string,
        parentRemoteId: parent as string | null,
        parentId: null,
        role: role as MailboxRole | null,
        sortOrder: sortOrder as number,
        isSubscribed: subscribed === 1,
        rights: unpackRights(rights as number),
        total: complete ? (row[12] as number) : Math.max(0, (row[9] as number) + delta.total),
        unread: complete ? (row[13] as number) : Math.max(0, (row[10] as number) + delta.unread),
      };
    },
  );
  return parentsWithoutCycles(rows);
}
