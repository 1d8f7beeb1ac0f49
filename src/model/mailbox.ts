import type { AccountId, MailboxId } from './ids';

/** Roles of the IANA mailbox-name registry that the views know; any other role of a server is `null` here. */
export const mailboxRoles = [
  'inbox',
  'drafts',
  'sent',
  'archive',
  'junk',
  'trash',
  'all',
  'flagged',
  'important',
] as const;
export type MailboxRole = (typeof mailboxRoles)[number];

/** What the person may do in a mailbox (RFC 8621 §2, `myRights`). */
export interface MailboxRights {
  readonly mayReadItems: boolean;
  readonly mayAddItems: boolean;
  readonly mayRemoveItems: boolean;
  readonly maySetSeen: boolean;
  readonly maySetKeywords: boolean;
}

/** A mailbox as a server tells of it. */
export interface ServerMailbox {
  /** JMAP id, or IMAP path. */
  readonly remoteId: string;
  readonly name: string;
  readonly parentRemoteId: string | null;
  readonly role: MailboxRole | null;
  readonly sortOrder: number;
  readonly isSubscribed: boolean;
  readonly rights: MailboxRights;
  readonly totalEmails: number;
  readonly unreadEmails: number;
}

/** A mailbox as the views see it: server base + pending changes (S1). */
export interface Mailbox {
  readonly id: MailboxId;
  readonly accountId: AccountId;
  /** As the server sends it: a view may show another name for a role. */
  readonly name: string;
  /** Always a mailbox of this account, never a cycle: a parent that is missing or cyclic is shown as none. */
  readonly parentId: MailboxId | null;
  readonly role: MailboxRole | null;
  readonly sortOrder: number;
  readonly isSubscribed: boolean;
  readonly rights: MailboxRights;
  readonly total: number;
  readonly unread: number;
}
