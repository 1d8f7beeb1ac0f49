import type { ChangeId, EmailId, MailboxId, ThreadId } from './ids';
import type { EmailIntent } from './pending-change';

export interface EmailAddress {
  readonly name: string | null;
  readonly email: string;
}

export interface EmailAddresses {
  readonly from: readonly EmailAddress[];
  readonly sender: readonly EmailAddress[];
  readonly replyTo: readonly EmailAddress[];
  readonly to: readonly EmailAddress[];
  readonly cc: readonly EmailAddress[];
  readonly bcc: readonly EmailAddress[];
}

/** A message as a server tells of it for lists: what never changes, then what does. Times are ms since 1970. */
export interface ServerEmail {
  readonly remoteId: string | null;
  readonly blobId: string | null;
  readonly remoteThreadId: string;
  readonly messageId: readonly string[];
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  readonly addresses: EmailAddresses;
  readonly subject: string;
  readonly sentAt: number | null;
  readonly receivedAt: number;
  /** Octets of the raw message. */
  readonly size: number;
  readonly preview: string;
  readonly hasAttachment: boolean;
  readonly keywords: readonly string[];
  readonly mailboxIds: ReadonlySet<MailboxId>;
}

/** How a message stands to the server: nothing waits, a change waits or is on its way, a change was refused. */
export type PendingState = 'none' | 'pending' | 'failed';

/** One row of a message list: a thread folded to its newest message in the mailbox, or one message of it. */
export interface MessageRow {
  readonly emailId: EmailId;
  readonly threadId: ThreadId;
  /** The mailbox in which the row stands. */
  readonly mailboxId: MailboxId;
  readonly from: readonly EmailAddress[];
  readonly to: readonly EmailAddress[];
  readonly subject: string;
  readonly preview: string;
  readonly receivedAt: number;
  readonly hasAttachment: boolean;
  /** Of the newest message (lower case, sorted). */
  readonly keywords: readonly string[];
  readonly pending: PendingState;
  /** Messages of the thread in this mailbox (1 where not folded). */
  readonly count: number;
  /** How many of them are unread, flagged. */
  readonly unread: number;
  readonly flagged: number;
}

/** A message opened in the reader, without its body. */
export interface EmailDetails {
  readonly emailId: EmailId;
  readonly threadId: ThreadId;
  readonly accountId: string;
  readonly mailboxIds: readonly MailboxId[];
  readonly addresses: EmailAddresses;
  readonly subject: string;
  readonly sentAt: number | null;
  readonly receivedAt: number;
  readonly size: number;
  readonly preview: string;
  readonly messageId: readonly string[];
  readonly keywords: readonly string[];
  readonly hasAttachment: boolean;
  readonly pending: PendingState;
  /** What the server refused (S30), oldest first; none unless `pending` is `failed`. */
  readonly refused: readonly RefusedChange[];
}

export interface RefusedChange {
  readonly changeId: ChangeId;
  readonly intent: EmailIntent;
  /** In a person's words; null where the server gave none. */
  readonly reason: string | null;
}

export interface Attachment {
  /** Unique in the message. */
  readonly partId: string;
  readonly blobId: string | null;
  /** As the mail says: never a path to write to (docs/security). */
  readonly name: string | null;
  readonly type: string;
  readonly size: number;
  /** Content-ID without brackets. */
  readonly cid: string | null;
  /** Shown inside the HTML (`cid:`), not in the list of attachments. */
  readonly inline: boolean;
}

/** What a reader needs besides the headers. At least one of text and html is not null, unless the mail has neither. */
export interface EmailBody {
  readonly text: string | null;
  /** As the mail has it: hostile until sanitised in the webview. */
  readonly html: string | null;
  /** The server or we cut it because of its size. */
  readonly truncated: boolean;
  readonly attachments: readonly Attachment[];
}
