import type { MailboxId } from '../../model/ids';

/** Mailboxes that messages were last moved to stand first in "Move to…". */
export interface RecentMailboxes {
  readonly ids: readonly MailboxId[];
  add(mailboxId: MailboxId): void;
}

/** As `vscode.Memento`. */
interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

const key = 'mailpane.recentMailboxes';
const kept = 8;

export function createRecentMailboxes(memory: Memory): RecentMailboxes {
  const read = (): MailboxId[] => {
    const value = memory.get(key);
    return Array.isArray(value) ? value.filter((id): id is MailboxId => Number.isSafeInteger(id)).slice(0, kept) : [];
  };
  return {
    get ids() {
      return read();
    },
    add(mailboxId) {
      void memory.update(key, [mailboxId, ...read().filter((id) => id !== mailboxId)].slice(0, kept));
    },
  };
}
