import type { AccountSummary, Overview } from '../../../../src/engine/api';
import type { AccountStatus } from '../../../../src/model/account';
import type { MessageRow } from '../../../../src/model/email';
import type { AccountId, EmailId, MailboxId, ThreadId } from '../../../../src/model/ids';
import type { Mailbox } from '../../../../src/model/mailbox';
import type { Language } from '../../../../src/views/format/language';
import type { DirectoryState } from '../../../../src/views/mailboxes/directory';

/** English, filled in as `vscode.l10n.t` does. */
export const english: Language = {
  locale: 'en-GB',
  l10n: {
    t: (message, ...args) => message.replace(/\{(\d+)\}/g, (_match, index: string) => String(args[Number(index)])),
  },
};

export const asEmailId = (id: number): EmailId => id as EmailId;
export const asThreadId = (id: number): ThreadId => id as ThreadId;
export const asMailboxId = (id: number): MailboxId => id as MailboxId;
export const asAccountId = (id: string): AccountId => id as AccountId;

export function mailbox(id: number, changes: Partial<Mailbox> = {}): Mailbox {
  return {
    id: asMailboxId(id),
    accountId: asAccountId('work'),
    name: `Mailbox ${id}`,
    parentId: null,
    role: null,
    sortOrder: 0,
    isSubscribed: true,
    rights: {
      mayReadItems: true,
      mayAddItems: true,
      mayRemoveItems: true,
      maySetSeen: true,
      maySetKeywords: true,
    },
    total: 0,
    unread: 0,
    ...changes,
  };
}

export function account(id: string, status: AccountStatus = { state: 'idle' }): AccountSummary {
  const settings = { protocol: 'jmap', sessionUrl: 'https://mail.example/jmap', auth: 'basic', username: id } as const;
  return { account: { id: asAccountId(id), name: `${id} mail`, email: `${id}@mail.example`, settings }, status };
}

export function overview(accounts: readonly AccountSummary[], changes: Partial<Overview> = {}): Overview {
  return { accounts, unread: 0, pending: 0, failed: 0, ...changes };
}

export function directoryState(shown: Overview, mailboxes: readonly Mailbox[]): DirectoryState {
  return {
    loaded: true,
    overview: shown,
    mailboxes,
    byId: new Map(mailboxes.map((box) => [box.id, box])),
    accounts: new Map(shown.accounts.map((summary) => [summary.account.id, summary])),
  };
}

/** A row of its own thread; newer with a greater id. */
export function row(id: number, changes: Partial<MessageRow> = {}): MessageRow {
  return {
    emailId: asEmailId(id),
    threadId: asThreadId(id),
    mailboxId: asMailboxId(1),
    from: [{ name: 'Ann Example', email: 'ann@mail.example' }],
    to: [{ name: null, email: 'bob@mail.example' }],
    subject: `Subject ${id}`,
    preview: 'A preview',
    receivedAt: id * 1000,
    hasAttachment: false,
    keywords: ['$seen'],
    pending: 'none',
    count: 1,
    unread: 0,
    flagged: 0,
    ...changes,
  };
}
