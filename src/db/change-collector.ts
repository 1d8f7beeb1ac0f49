import type { EmailId, MailboxId } from '../model/ids';

/** What a committed transaction changed, for the `changed` event. */
export interface ChangeDigest {
  accounts: boolean;
  mailboxes: boolean;
  outbox: boolean;
  status: boolean;
  readonly messagesIn: Set<MailboxId>;
  /** Null: too many to name. */
  emails: Set<EmailId> | null;
}

/** More messages than this are told as "many": a view then asks for what it shows in any case. */
const namedEmails = 1000;

function emptyDigest(): ChangeDigest {
  return { accounts: false, mailboxes: false, outbox: false, status: false, messagesIn: new Set(), emails: new Set() };
}

/**
 * Stores note here what they change, so no caller can forget to tell the views. It is told after a commit; a rolled-back
 * transaction at worst makes a view ask once too often.
 */
export class ChangeCollector {
  private digest = emptyDigest();
  private dirty = false;

  constructor(private readonly onDirty: () => void) {}

  note(what: 'accounts' | 'mailboxes' | 'outbox' | 'status'): void {
    this.digest[what] = true;
    this.dirty = true;
  }

  noteMessages(mailboxId: MailboxId): void {
    this.digest.messagesIn.add(mailboxId);
    this.digest.mailboxes = true; // their counters changed with them
    this.dirty = true;
  }

  noteEmail(emailId: EmailId): void {
    this.dirty = true;
    if (this.digest.emails === null) return;
    this.digest.emails.add(emailId);
    if (this.digest.emails.size > namedEmails) this.digest.emails = null;
  }

  committed(): void {
    if (this.dirty) this.onDirty();
  }

  /** Takes what was noted since the last call. */
  take(): ChangeDigest {
    const digest = this.digest;
    this.digest = emptyDigest();
    this.dirty = false;
    return digest;
  }
}
