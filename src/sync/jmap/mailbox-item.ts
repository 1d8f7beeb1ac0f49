import * as v from 'valibot';
import { mailboxRoles, type MailboxRole, type ServerMailbox } from '../../model/mailbox';

const count = v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)), 0);
const right = v.fallback(v.boolean(), true);

/** Only the id is required; what is missing or odd gets a sensible value. */
const mailboxItem = v.object({
  id: v.pipe(v.string(), v.minLength(1)),
  name: v.fallback(v.string(), ''),
  parentId: v.fallback(v.nullable(v.string()), null),
  role: v.fallback(v.nullable(v.string()), null),
  sortOrder: v.fallback(v.number(), 0),
  isSubscribed: v.fallback(v.boolean(), true),
  totalEmails: count,
  unreadEmails: count,
  myRights: v.fallback(
    v.object({
      mayReadItems: right,
      mayAddItems: right,
      mayRemoveItems: right,
      maySetSeen: right,
      maySetKeywords: right,
    }),
    { mayReadItems: true, mayAddItems: true, mayRemoveItems: true, maySetSeen: true, maySetKeywords: true },
  ),
});

const countsItem = v.object({
  id: v.string(),
  totalEmails: v.optional(v.number()),
  unreadEmails: v.optional(v.number()),
});

/** A name is one line of a tree. */
const longestName = 255;

function roleOf(role: string | null): MailboxRole | null {
  const known = role?.toLowerCase();
  // `spam` and `deleted`: not in the registry, but sent.
  const alias = known === 'spam' ? 'junk' : known === 'deleted' ? 'trash' : known;
  return mailboxRoles.find((candidate) => candidate === alias) ?? null;
}

/** Null: not a mailbox at all. */
export function readMailboxItem(item: unknown): ServerMailbox | null {
  const parsed = v.safeParse(mailboxItem, item);
  if (!parsed.success) return null;
  const { id, name, parentId, role, myRights, ...rest } = parsed.output;
  return {
    ...rest,
    remoteId: id,
    name: name.toWellFormed().replaceAll('\0', '').slice(0, longestName),
    parentRemoteId: parentId,
    role: roleOf(role),
    rights: myRights,
  };
}

/** The counters of an answer that was asked for nothing else; null: it does not hold both. */
export function readCounts(
  item: unknown,
): { readonly remoteId: string; readonly totalEmails: number; readonly unreadEmails: number } | null {
  const parsed = v.safeParse(countsItem, item);
  if (!parsed.success) return null;
  const { id, totalEmails, unreadEmails } = parsed.output;
  return totalEmails === undefined || unreadEmails === undefined ? null : { remoteId: id, totalEmails, unreadEmails };
}

export function isWholeMailbox(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'name' in item && 'parentId' in item;
}
