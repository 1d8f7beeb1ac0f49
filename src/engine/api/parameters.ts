/** What parameters of requests are made of: parsed on the engine's side, because they may come from another process. */
import * as v from 'valibot';
import type { AccountId, ChangeId, EmailId, MailboxId, ThreadId } from '../../model/ids';

export const accountId = v.pipe(
  v.string(),
  v.transform((id) => id as AccountId),
);
const key = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const keyOf = <Id extends number>() =>
  v.pipe(
    key,
    v.transform((id) => id as Id),
  );
export const mailboxId = keyOf<MailboxId>();
export const emailId = keyOf<EmailId>();
export const threadId = keyOf<ThreadId>();
export const changeId = keyOf<ChangeId>();
/** Of a request that must not be done twice, see `once`; set by the client. */
export const requestId = v.optional(v.pipe(v.string(), v.uuid()));
/** A list of messages: one mailbox, or the inboxes of all accounts as one. */
export const source = v.union([v.object({ mailboxId }), v.literal('inboxes')]);
/** Where a page ends: the next one starts after it (keyset paging). Opaque to the views. */
export const cursor = v.object({ receivedAt: v.number(), emailId: key });
export const target = v.union([
  v.object({ emailId, mailboxId: v.nullable(mailboxId) }),
  v.object({ threadId, mailboxId }),
]);
export const action = v.variant('type', [
  v.object({
    type: v.literal('keyword'),
    keyword: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
    on: v.boolean(),
  }),
  v.object({ type: v.literal('move'), to: mailboxId }),
  v.object({ type: v.picklist(['archive', 'junk', 'not-junk', 'delete', 'destroy']) }),
]);

export const logLevel = v.picklist(['error', 'warning', 'info']);

export type LogLevel = v.InferOutput<typeof logLevel>;
export type MessageSource = v.InferOutput<typeof source>;
export type MessageCursor = v.InferOutput<typeof cursor>;
