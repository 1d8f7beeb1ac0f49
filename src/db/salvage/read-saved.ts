import * as v from 'valibot';
import type { AccountId } from '../../model/ids';
import { mapMailboxes, type IntentOf } from '../../model/pending-change';
import { savedChange, type SavedChange, type SavedEmail, type SavedIntent } from '../../model/saved-change';
import type { AccountRow } from '../accounts-copy';
import type { DiskGuard } from '../vfs/mount';
import { cellsOf, kindOf, type Cell, type PageKind } from './cells';
import { freePages } from './free-pages';
import { openPages, type Pages } from './pages';
import {
  emailIntent,
  toAccountRow,
  toChangeRow,
  toEmailRow,
  toLocationRow,
  toMailboxRow,
  toSenderRow,
  toSequenceRow,
  type ChangeRow,
  type EmailRow,
  type LocationRow,
  type MailboxRow,
  type SenderRow,
} from './rows';

/** A waiting or failed change of the old file, free of its keys. */
export interface SavedRow extends Omit<ChangeRow, 'resourceType' | 'resourceId' | 'payload'> {
  readonly change: SavedChange;
}

/** What of a database only this computer has. */
export interface Saved {
  /** In the order in which they were added. */
  readonly accounts: readonly AccountRow[];
  readonly senders: readonly SenderRow[];
  /** In the order of the queue. Only of accounts that could be read. */
  readonly changes: readonly SavedRow[];
  /** Changes of accounts that could not be read. */
  readonly orphans: number;
  /** Changes that do not tell any more what they wanted. */
  readonly unreadable: number;
  /** The file no longer tells which of its pages are in use: a change may be one that was sent long ago. */
  readonly isDoubtful: boolean;
  /** Table → the highest key that it gave, where that could be read. */
  readonly keys: ReadonlyMap<string, number>;
}

/**
 * Reads what only this computer has out of the pages of a mail.db, row by row, without its schema and without the pages
 * above the rows: what lies on an intact page is found, whatever else is destroyed. `copy`: the second copy of the
 * accounts. The caller holds the lock; `guard` is asked now and then.
 */
export function readSaved(file: string, copy: readonly AccountRow[] | null, guard?: DiskGuard): Saved {
  const pages = openPages(file, guard);
  try {
    const free = freePages(pages);
    const found = scan(pages, free ?? new Set());
    const changes = [...found.changes.values()].sort((a, b) => a.id - b.id);
    const wanted = new Set(
      changes.filter((row) => row.resourceType === 'Email').map(({ resourceId }) => Number(resourceId)),
    );
    const emails = wanted.size === 0 ? new Map<number, SavedEmail>() : scanEmails(pages, free, wanted, found.mailboxes);
    const saved = changes.flatMap((row) => toSaved(row, emails, found.mailboxes) ?? []);
    const accounts = settleAccounts(found.accounts, copy, free === null);
    const known = saved.filter(({ accountId }) => accounts.has(accountId));
    return {
      accounts: [...accounts.values()].sort((a, b) => a.createdAt - b.createdAt),
      senders: [...found.senders.values()],
      changes: known,
      orphans: saved.length - known.length,
      unreadable: changes.length - saved.length,
      isDoubtful: free === null,
      keys: found.keys,
    };
  } finally {
    pages.close();
  }
}

/**
 * What was committed counts, and the copy has what lay on a page that is destroyed. Where a row may be one that was deleted
 * long ago, the copy alone is right.
 */
function settleAccounts(
  found: ReadonlyMap<AccountId, AccountRow>,
  copy: readonly AccountRow[] | null,
  isDoubtful: boolean,
): ReadonlyMap<AccountId, AccountRow> {
  if (copy === null) return found;
  const copied = copy.map((row) => [row.account.id, row] as const);
  return new Map(isDoubtful ? copied : [...copied, ...found]);
}

function eachRow(pages: Pages, free: ReadonlySet<number> | null, take: (kind: PageKind, cell: Cell) => void): void {
  for (let number = 1; number <= pages.count; number++) {
    if (free?.has(number) === true) continue;
    const page = pages.page(number);
    const kind = page === undefined ? null : kindOf(page, number);
    if (page === undefined || kind === null) continue;
    for (const cell of cellsOf(pages, page, number)) take(kind, cell);
  }
}

interface Found {
  readonly accounts: Map<AccountId, AccountRow>;
  readonly senders: Map<string, SenderRow>;
  readonly changes: Map<number, ChangeRow>;
  readonly mailboxes: Map<number, MailboxRow>;
  readonly keys: Map<string, number>;
}

function scan(pages: Pages, free: ReadonlySet<number>): Found {
  const found: Found = {
    accounts: new Map(),
    senders: new Map(),
    changes: new Map(),
    mailboxes: new Map(),
    keys: new Map(),
  };
  eachRow(pages, free, (kind, cell) => {
    // Most rows are messages and entries of indexes, and need not be taken apart.
    if (!columnCounts[kind].includes(cell.columns ?? 0)) return;
    const values = cell.values();
    if (values === undefined) return;
    if (kind === 'index') takeIndexed(found, values);
    else if (cell.rowid !== null) takeTable(found, cell.rowid, values);
  });
  return found;
}

/** Of the tables that `scan` looks for; later versions may have added some. */
const columnCounts: Record<PageKind, readonly number[]> = { table: [2, 11, 12, 13, 14, 15, 16], index: [2, 5] };

function takeIndexed(found: Found, values: Parameters<typeof toAccountRow>[0]): void {
  const account = toAccountRow(values);
  if (account !== undefined) found.accounts.set(account.account.id, account);
  const sender = toSenderRow(values);
  if (sender !== undefined) found.senders.set(sender.email, sender);
}

function takeTable(found: Found, rowid: number, values: Parameters<typeof toAccountRow>[0]): void {
  const change = toChangeRow(rowid, values);
  if (change !== undefined) found.changes.set(rowid, change);
  const mailbox = toMailboxRow(rowid, values);
  if (mailbox !== undefined) found.mailboxes.set(rowid, mailbox);
  const sequence = toSequenceRow(values);
  if (sequence !== undefined) {
    found.keys.set(sequence.table, Math.max(sequence.key, found.keys.get(sequence.table) ?? 0));
  }
}

/** The messages with these keys, with the mailboxes where the server had them. */
function scanEmails(
  pages: Pages,
  free: ReadonlySet<number> | null,
  wanted: ReadonlySet<number>,
  mailboxes: ReadonlyMap<number, MailboxRow>,
): Map<number, SavedEmail> {
  const rows = new Map<number, EmailRow>();
  const locations: LocationRow[] = [];
  eachRow(pages, free, (kind, cell) => {
    if (kind === 'table') {
      if (cell.rowid === null || !wanted.has(cell.rowid)) return;
      const values = cell.values();
      const email = values && toEmailRow(cell.rowid, values);
      if (email !== undefined) rows.set(email.id, email);
    } else {
      const values = cell.values();
      const location = values && toLocationRow(values);
      if (location !== undefined && wanted.has(location.emailId)) locations.push(location);
    }
  });
  return new Map(
    [...rows].map(([id, { remoteId, messageId, size, receivedAt, threadId, subject, accountId }]) => {
      const at = locations
        .filter((row) => row.emailId === id && row.receivedAt === receivedAt && row.threadId === threadId)
        .flatMap(({ mailboxId }) => mailboxes.get(mailboxId) ?? [])
        .filter((mailbox) => mailbox.accountId === accountId)
        .map((mailbox) => mailbox.remoteId);
      return [id, { remoteId, messageId, size, receivedAt, subject, mailboxes: [...new Set(at)] }];
    }),
  );
}

const payloadSchemas = {
  Email: v.pipe(v.string(), v.parseJson(), emailIntent),
  SavedEmail: v.pipe(v.string(), v.parseJson(), savedChange),
} as const;

function toSaved(
  row: ChangeRow,
  emails: ReadonlyMap<number, SavedEmail>,
  mailboxes: ReadonlyMap<number, MailboxRow>,
): SavedRow | undefined {
  const { resourceType, resourceId, payload, ...rest } = row;
  if (resourceType === 'SavedEmail') {
    const parsed = v.safeParse(payloadSchemas.SavedEmail, payload);
    return parsed.success ? { ...rest, change: parsed.output } : undefined;
  }
  const parsed = v.safeParse(payloadSchemas.Email, payload);
  if (!parsed.success) return undefined;
  const email = emails.get(Number(resourceId)) ?? null;
  return { ...rest, change: { intent: toSavedIntent(parsed.output, mailboxes), email } };
}

/**
 * A mailbox whose row could not be read gets a name that no server gives: the change then says that it is gone, and a
 * deletion for good that the message is not where it was seen (S9).
 */
function toSavedIntent(intent: IntentOf<number>, mailboxes: ReadonlyMap<number, MailboxRow>): SavedIntent {
  return mapMailboxes(intent, (ids) => ids.map((id) => mailboxes.get(id)?.remoteId ?? ''));
}
