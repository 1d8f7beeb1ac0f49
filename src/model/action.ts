import type { EmailId, MailboxId, ThreadId } from './ids';

/** What an action is done to: one message, or all messages of a thread that stand in a mailbox. */
export type ActionTarget =
  | { readonly emailId: EmailId; readonly mailboxId: MailboxId | null }
  | { readonly threadId: ThreadId; readonly mailboxId: MailboxId };

/**
 * What a person does to messages. `archive`, `junk` and `delete` find the account's mailbox of that role; `delete` of
 * what is already in Trash (or Junk) destroys, which the view has asked about before. What is destroyed in a mailbox, and
 * stands in another too, stays there.
 */
export type Action =
  | { readonly type: 'keyword'; readonly keyword: string; readonly on: boolean }
  | { readonly type: 'move'; readonly to: MailboxId }
  | { readonly type: 'archive' | 'junk' | 'not-junk' | 'delete' | 'destroy' };
