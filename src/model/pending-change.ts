import type { AccountId, ChangeId, EmailId, MailboxId } from './ids';

/** What a person wants of one message, as a patch (S10): it commutes with what others change. Mailboxes by any kind of key. */
export type IntentOf<Mailbox> =
  | { readonly type: 'keywords'; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly type: 'mailboxes'; readonly add: readonly Mailbox[]; readonly remove: readonly Mailbox[] }
  /** `from`: where the person saw it. One that somebody has moved elsewhere since is not what they meant. */
  | { readonly type: 'destroy'; readonly from?: readonly Mailbox[] | undefined };

export type EmailIntent = IntentOf<MailboxId>;

/** The same by other keys. */
export function mapMailboxes<From, To>(
  intent: IntentOf<From>,
  keysOf: (mailboxes: readonly From[]) => readonly To[],
): IntentOf<To> {
  switch (intent.type) {
    case 'keywords':
      return intent;
    case 'mailboxes':
      return { type: 'mailboxes', add: keysOf(intent.add), remove: keysOf(intent.remove) };
    case 'destroy':
      return intent.from === undefined ? { type: 'destroy' } : { type: 'destroy', from: keysOf(intent.from) };
  }
}

/** queued → sending → gone by success; or → failed, until the person says Retry or Discard (S30). */
export type ChangeState = 'queued' | 'sending' | 'failed';

/** A row of `pending_changes`. */
export interface PendingChange {
  readonly id: ChangeId;
  readonly accountId: AccountId;
  readonly emailId: EmailId;
  readonly intent: EmailIntent;
  /** ms since 1970, for people; order is by `id` (S37). */
  readonly createdAt: number;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly state: ChangeState;
  /** It, or what it takes back, was under way once: the server may have taken that although no answer came. */
  readonly mayHaveLeft: boolean;
}

/** The server does not have it, and will not get it by itself: it has not left, or was refused. */
export const wasNeverDone = ({ state, mayHaveLeft }: Pick<PendingChange, 'state' | 'mayHaveLeft'>): boolean =>
  state === 'failed' || (state === 'queued' && !mayHaveLeft);

/** What takes an intent back, given that the intent held only what it really changed; null: nothing does. */
export function inverseOf(intent: EmailIntent): EmailIntent | null {
  switch (intent.type) {
    case 'keywords':
      return { type: 'keywords', add: intent.remove, remove: intent.add };
    case 'mailboxes':
      return { type: 'mailboxes', add: intent.remove, remove: intent.add };
    case 'destroy':
      return null;
  }
}

/** A later change takes back something of an earlier one of the same message: the two come down to one (S28). */
export function takesBack(later: EmailIntent, earlier: EmailIntent): boolean {
  if (later.type === 'destroy' || earlier.type === 'destroy' || later.type !== earlier.type) return false;
  const meet = (some: readonly unknown[], others: readonly unknown[]): boolean =>
    some.some((one) => others.includes(one));
  return meet(later.remove, earlier.add) || meet(later.add, earlier.remove);
}
