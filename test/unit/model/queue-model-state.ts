import type { ChangeId, EmailId, MailboxId } from '../../../src/model/ids';
import type { EmailPatch } from '../../../src/model/overlay';
import type { EmailIntent } from '../../../src/model/pending-change';

/** A message as a set of names of what it has: keywords and `in MAILBOX`. Null: it does not exist. */
export type State = ReadonlySet<string> | null;

export interface Change {
  readonly id: ChangeId;
  /** What it gives and takes; null: the message itself is destroyed. */
  readonly effect: ReadonlyMap<string, boolean> | null;
  /** Of a destruction: the mailboxes in which the person saw the message. */
  readonly from: ReadonlySet<string>;
  failed: boolean;
  left: boolean;
}

export interface Message {
  readonly id: EmailId;
  readonly remoteId: string;
  /** What the server has, and what is known of it here. */
  server: State;
  base: State;
  queue: Change[];
}

/** What undoes one change. */
export interface Step {
  readonly change: Change;
  readonly message: Message;
  readonly inverse: EmailIntent | null;
}

export function apply(state: State, effect: ReadonlyMap<string, boolean> | null): State {
  if (state === null || effect === null) return null;
  const next = new Set(state);
  for (const [name, value] of effect) {
    if (value) next.add(name);
    else next.delete(name);
  }
  return next;
}

export function replay(base: State, queue: readonly Change[]): State {
  return queue.filter(({ failed }) => !failed).reduce((state, { effect }) => apply(state, effect), base);
}

/** It is shown neither where the step put it nor where it was before: a later move counts. */
export function wasMovedSince({ change, message, inverse }: Step): boolean {
  if (inverse?.type !== 'mailboxes' || inverse.remove.length === 0 || message.base === null) return false;
  if (message.queue.includes(change) && change.failed) return false;
  const shown = [...(replay(message.base, message.queue) ?? [])].filter((name) => name.startsWith('in '));
  if (shown.length === 0) return false;
  const isShown = (id: MailboxId): boolean => shown.includes(`in ${id}`);
  return !inverse.remove.some(isShown) && !inverse.add.every(isShown);
}

/** It is to be destroyed, and stands where the person has not seen it. */
export function isDestroyedElsewhere(base: State, queue: readonly Change[]): boolean {
  const waiting = queue.filter(({ failed }) => !failed);
  return waiting.some(({ effect, from }, at) => {
    const before = effect === null ? replay(base, waiting.slice(0, at)) : null;
    return [...(before ?? [])].some((name) => name.startsWith('in ') && !from.has(name));
  });
}

export function same(one: State, other: State): boolean {
  if (one === null || other === null) return one === other;
  return one.size === other.size && [...one].every((name) => other.has(name));
}

export function effectOf(intent: EmailIntent): ReadonlyMap<string, boolean> | null {
  if (intent.type === 'destroy') return null;
  const name = (item: string | MailboxId): string => (intent.type === 'mailboxes' ? `in ${item}` : String(item));
  return new Map([
    ...intent.remove.map((item) => [name(item), false] as const),
    ...intent.add.map((item) => [name(item), true] as const),
  ]);
}

export function patchEffect(patch: EmailPatch): ReadonlyMap<string, boolean> | null {
  if (patch.destroy) return null;
  return new Map([
    ...patch.removeKeywords.map((keyword) => [keyword, false] as const),
    ...patch.addKeywords.map((keyword) => [keyword, true] as const),
    ...patch.removeMailboxes.map((id) => [`in ${id}`, false] as const),
    ...patch.addMailboxes.map((id) => [`in ${id}`, true] as const),
  ]);
}

/** One gives what the other takes. */
export function takesBack(later: Change, earlier: Change): boolean {
  const given = earlier.effect;
  return [...(later.effect ?? [])].some(([name, value]) => given?.get(name) === !value);
}

export function isDeepEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
