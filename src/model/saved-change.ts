import * as v from 'valibot';
import type { IntentOf } from './pending-change';

/**
 * A change that outlived the row of its message: it was saved from another database, a damaged or a replaced one, whose
 * keys mean nothing here. So it names its message and mailboxes by what the server calls them.
 */
const remoteIds = v.pipe(v.array(v.string()), v.readonly());
const savedIntent = v.variant('type', [
  v.object({ type: v.literal('keywords'), add: remoteIds, remove: remoteIds }),
  v.object({ type: v.literal('mailboxes'), add: remoteIds, remove: remoteIds }),
  v.object({ type: v.literal('destroy'), from: v.optional(remoteIds) }),
]);

/** What a message is known by. `mailboxes` are where the server had it, by remote id. */
const savedEmail = v.object({
  remoteId: v.nullable(v.string()),
  /** Message-IDs, joined by spaces. */
  messageId: v.string(),
  size: v.number(),
  /** ms since 1970. */
  receivedAt: v.number(),
  subject: v.string(),
  mailboxes: remoteIds,
});

/** `email` null: the damaged file does not tell which message it was. */
export const savedChange = v.object({ intent: savedIntent, email: v.nullable(savedEmail) });

/** Mailboxes by remote id. */
export type SavedIntent = IntentOf<string>;
export type SavedEmail = v.InferOutput<typeof savedEmail>;
export type SavedChange = v.InferOutput<typeof savedChange>;
