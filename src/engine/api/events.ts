import type { AccountId, EmailId, MailboxId } from '../../model/ids';

/** Says what changed, never carries the data; a burst of changes is one event. */
export interface Changed {
  /** Accounts came, went, or have other settings. */
  readonly accounts: boolean;
  /** Mailboxes came, went, were renamed, or their counts changed. */
  readonly mailboxes: boolean;
  /** Mailboxes in whose lists something changed. */
  readonly messagesIn: readonly MailboxId[];
  /** Messages whose own data changed; null: too many to name. */
  readonly emails: readonly EmailId[] | null;
  /** Waiting or failed changes. */
  readonly outbox: boolean;
  /** What accounts are doing. */
  readonly status: boolean;
}

export interface Events {
  changed: Changed;
  /** The engine needs an account's secret: answer by `accounts/authenticate`. */
  credentialsNeeded: { readonly accountId: AccountId };
}

/** Reasons that an `EngineError` carries over the wire; a view words them, `message` has the details. */
export type ErrorReason =
  | 'invalid' // parameters, or what was asked makes no sense for that message or mailbox
  | 'not-found'
  | 'no-mailbox' // no Archive, Junk or Trash in that account
  | 'offline'
  | 'timeout'
  | 'auth'
  | 'host-not-found'
  | 'tls'
  | 'not-jmap' // something answers, but it is not a JMAP server
  | 'not-imap' // something answers, but it is not an IMAP server
  | 'not-smtp' // something answers, but it is not an SMTP server
  | 'insecure' // a password in the clear to another machine
  | 'server' // the server refused or failed
  | 'too-large'
  | 'disk-full'
  | 'database'
  | 'outdated' // another window runs a newer version of this program
  | 'cancelled'
  | 'internal';
