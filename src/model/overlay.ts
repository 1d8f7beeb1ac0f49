import type { MailboxId } from './ids';
import { normaliseKeywords } from './keywords';
import type { EmailIntent } from './pending-change';

/** What of a message can be changed: as the server has it, or as it is shown. */
export interface EmailState {
  /** Normalised. */
  readonly keywords: readonly string[];
  readonly mailboxIds: ReadonlySet<MailboxId>;
  readonly destroyed: boolean;
}

/** S1: what is shown = server state + replay of the pending intents, in order. */
export function replayIntents(base: EmailState, intents: readonly EmailIntent[]): EmailState {
  const keywords = new Set(base.keywords);
  const mailboxIds = new Set(base.mailboxIds);
  let destroyed = base.destroyed;
  for (const intent of intents) {
    switch (intent.type) {
      case 'keywords':
        for (const keyword of intent.remove) keywords.delete(keyword);
        for (const keyword of intent.add) keywords.add(keyword);
        break;
      case 'mailboxes':
        for (const id of intent.remove) mailboxIds.delete(id);
        for (const id of intent.add) mailboxIds.add(id);
        break;
      case 'destroy':
        destroyed = true;
        break;
    }
  }
  return { keywords: normaliseKeywords(keywords), mailboxIds, destroyed };
}

/** The net patch of one message: what has to be sent so that the server shows `wanted`. */
export interface EmailPatch {
  readonly destroy: boolean;
  readonly addKeywords: readonly string[];
  readonly removeKeywords: readonly string[];
  readonly addMailboxes: readonly MailboxId[];
  readonly removeMailboxes: readonly MailboxId[];
}

/**
 * S28: toggles come down to the last value, moves to first source → last destination, a delete swallows flags, and what
 * the server already shows is dropped. Null: nothing is left to send.
 *
 * `left` are those of the intents that the server may have taken although no answer came: then `base` may be out of date
 * in what they touch, so that is sent in any case.
 */
export function coalesce(
  base: EmailState,
  intents: readonly EmailIntent[],
  left: readonly EmailIntent[] = [],
): EmailPatch | null {
  const wanted = replayIntents(base, intents);
  if (wanted.destroyed) {
    return { destroy: true, addKeywords: [], removeKeywords: [], addMailboxes: [], removeMailboxes: [] };
  }
  const touched = touchedBy(left);
  const keywords = difference(new Set(base.keywords), new Set(wanted.keywords), touched.keywords);
  const mailboxes = difference(base.mailboxIds, wanted.mailboxIds, touched.mailboxIds);
  const parts = [keywords.add, keywords.remove, mailboxes.add, mailboxes.remove];
  if (parts.every((part) => part.length === 0)) return null;
  return {
    destroy: false,
    addKeywords: keywords.add,
    removeKeywords: keywords.remove,
    addMailboxes: mailboxes.add,
    removeMailboxes: mailboxes.remove,
  };
}

/**
 * Somebody moved the message to a mailbox where the person who deletes it for good has not seen it: it may have been
 * saved from there. What was done to it here before counts as seen.
 */
export function isDestroyedElsewhere(base: EmailState, intents: readonly EmailIntent[]): boolean {
  return intents.some((intent, index) => {
    if (intent.type !== 'destroy' || intent.from === undefined) return false;
    const seenIn = new Set(intent.from);
    return [...replayIntents(base, intents.slice(0, index)).mailboxIds].some((id) => !seenIn.has(id));
  });
}

function difference<T>(base: ReadonlySet<T>, wanted: ReadonlySet<T>, touched: ReadonlySet<T>) {
  const isDue = (item: T): boolean => touched.has(item) || base.has(item) !== wanted.has(item);
  return {
    add: [...wanted].filter(isDue),
    remove: [...new Set([...base, ...touched])].filter((item) => !wanted.has(item) && isDue(item)),
  };
}

function touchedBy(intents: readonly EmailIntent[]): {
  keywords: ReadonlySet<string>;
  mailboxIds: ReadonlySet<MailboxId>;
} {
  const keywords = new Set<string>();
  const mailboxIds = new Set<MailboxId>();
  for (const intent of intents) {
    if (intent.type === 'keywords') for (const keyword of [...intent.add, ...intent.remove]) keywords.add(keyword);
    if (intent.type === 'mailboxes') for (const id of [...intent.add, ...intent.remove]) mailboxIds.add(id);
  }
  return { keywords, mailboxIds };
}
