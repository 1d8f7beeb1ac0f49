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
 */
export function coalesce(base: EmailState, intents: readonly EmailIntent[]): EmailPatch | null {
  const wanted = replayIntents(base, intents);
  if (wanted.destroyed) {
    return { destroy: true, addKeywords: [], removeKeywords: [], addMailboxes: [], removeMailboxes: [] };
  }
  const baseKeywords = new Set(base.keywords);
  const wantedKeywords = new Set(wanted.keywords);
  const patch: EmailPatch = {
    destroy: false,
    addKeywords: wanted.keywords.filter((keyword) => !baseKeywords.has(keyword)),
    removeKeywords: base.keywords.filter((keyword) => !wantedKeywords.has(keyword)),
    addMailboxes: [...wanted.mailboxIds].filter((id) => !base.mailboxIds.has(id)),
    removeMailboxes: [...base.mailboxIds].filter((id) => !wanted.mailboxIds.has(id)),
  };
  const size =
    patch.addKeywords.length + patch.removeKeywords.length + patch.addMailboxes.length + patch.removeMailboxes.length;
  return size === 0 ? null : patch;
}
