import type { AccountId, MailboxId } from '../model/ids';

/** A mailbox that a window shows. */
export interface Shown {
  readonly accountId: AccountId;
  readonly mailboxId: MailboxId;
}

/** What the windows show (S24). It outlives the accounts' loops: a window says it once, and a loop may come later. */
export class OnScreen {
  /** By any object that stands for a window; the one that chose last comes last. */
  private readonly windows = new Map<object, Shown>();

  /** Null: nothing in particular, or the window is gone. */
  show(window: object, shown: Shown | null): void {
    this.windows.delete(window);
    if (shown !== null) this.windows.set(window, shown);
  }

  /** Of several windows the one that chose last has its way; those that show another account have no say. */
  of(accountId: AccountId): MailboxId | null {
    return [...this.windows.values()].findLast((shown) => shown.accountId === accountId)?.mailboxId ?? null;
  }
}
