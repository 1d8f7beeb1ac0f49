import * as v from 'valibot';
import { mailboxRoles, type MailboxRole, type ServerMailbox } from '../../model/mailbox';
import { isId } from './email-item';

const count = v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER), v.transform(Math.floor));
const right = v.fallback(v.boolean(), true);

/** Only the id is required; what is missing or odd gets a sensible value. */
const mailboxItem = v.object({
  id: v.custom<string>(isId),
  name: v.fallback(v.string(), ''),
  parentId: v.fallback(v.nullable(v.string()), null),
  role: v.fallback(v.nullable(v.string()), null),
  sortOrder: v.fallback(v.pipe(v.number(), v.finite()), 0),
  isSubscribed: v.fallback(v.boolean(), true),
  totalEmails: v.fallback(count, 0),
  unreadEmails: v.fallback(count, 0),
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
  id: v.custom<string>(isId),
  totalEmails: v.optional(v.fallback(v.nullable(count), null), null),
  unreadEmails: v.optional(v.fallback(v.nullable(count), null), null),
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
    name: name.slice(0, longestName).replaceAll('\0', '').toWellFormed(),
    parentRemoteId: parentId,
    role: roleOf(role),
    rights: myRights,
  };
}

/** The counters of an answer that was asked for nothing else. Null: left as it was; or, in all, no mailbox at all. */
export function readCounts(
  item: unknown,
): { readonly remoteId: string; readonly totalEmails: number | null; readonly unreadEmails: number | null } | null {
  const parsed = v.safeParse(countsItem, item);
  if (!parsed.success) return null;
  const { id, totalEmails, unreadEmails } = parsed.output;
  return { remoteId: id, totalEmails, unreadEmails };
}

export function isWholeMailbox(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'name' in item && 'parentId' in item;
}
