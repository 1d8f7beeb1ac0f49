import type { Buffer } from 'node:buffer';

import { BlobStore } from './blobs';
import { ChangeLog } from './change-log';
import { countMailbox } from './mailbox-counts';
import type { EmailRecord, IdentityRecord, MailboxCounts, MailboxRecord, SubmissionRecord } from './records';
import { threadKeys } from './threading';

export type DataType = 'Mailbox' | 'Email' | 'Thread' | 'Identity' | 'EmailSubmission';
/** What a push announces: the data types, and `EmailDelivery` for new mail only (RFC 8621 §1.5). */
export type PushType = DataType | 'EmailDelivery';

export type AccountOptions = { id: string; name: string; epoch: string; changesKept: number };

type NewEmail = { raw: Buffer; mailboxIds: Iterable<string>; keywords: Iterable<string>; receivedAt: number };

/**
 * One account: its records, and the change logs that give each type its state. Every mutation goes through a method
 * here, so no change misses its log. `commit()` ends a unit of work: it logs the counts and tells the listeners.
 */
export class Account {
  readonly id: string;
  readonly name: string;
  readonly blobs = new BlobStore();
  readonly mailboxes = new Map<string, MailboxRecord>();
  readonly emails = new Map<string, EmailRecord>();
  readonly threads = new Map<string, Set<string>>();
  readonly identities = new Map<string, IdentityRecord>();
  readonly submissions = new Map<string, SubmissionRecord>();
  readonly logs: Record<PushType, ChangeLog>;
  readonly #threadByKey = new Map<string, string>();
  readonly #listeners = new Set<(changed: Partial<Record<PushType, string>>) => void>();
  readonly #countsTouched = new Set<string>();
  #committed: Record<PushType, string>;
  #lastId = 0;

  constructor({ id, name, epoch, changesKept }: AccountOptions) {
    this.id = id;
    this.name = name;
    const log = () => new ChangeLog(epoch, changesKept);
    this.logs = {
      Mailbox: log(),
      Email: log(),
      Thread: log(),
      Identity: log(),
      EmailSubmission: log(),
      EmailDelivery: log(),
    };
    this.#committed = this.states();
  }

  state(type: PushType): string {
    return this.logs[type].state;
  }

  states(): Record<PushType, string> {
    const { Mailbox, Email, Thread, Identity, EmailSubmission, EmailDelivery } = this.logs;
    return {
      Mailbox: Mailbox.state,
      Email: Email.state,
      Thread: Thread.state,
      Identity: Identity.state,
      EmailSubmission: EmailSubmission.state,
      EmailDelivery: EmailDelivery.state,
    };
  }

  /** Calls back after each unit of work that changed a state. Returns how to stop it. */
  onCommit(listener: (changed: Partial<Record<PushType, string>>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends a unit of work. */
  commit(): void {
    for (const id of this.#countsTouched) {
      const mailbox = this.mailboxes.get(id);
      if (mailbox !== undefined) this.logs.Mailbox.record(id, 'updated', true);
    }
    this.#countsTouched.clear();
    const states = this.states();
    const changed = Object.fromEntries(
      Object.entries(states).filter(([type, state]) => this.#committed[type as PushType] !== state),
    );
    this.#committed = states;
    if (Object.keys(changed).length > 0) for (const listener of this.#listeners) listener(changed);
  }

  /** Ids are never given twice. */
  newId(prefix: string): string {
    return `${prefix}${(++this.#lastId).toString(36).padStart(4, '0')}`;
  }

  mailboxByRole(role: string): MailboxRecord | undefined {
    return [...this.mailboxes.values()].find((mailbox) => mailbox.role === role);
  }

  counts(mailbox: MailboxRecord): MailboxCounts {
    mailbox.counts ??= countMailbox(mailbox, this.emails, this.threads, this.mailboxByRole('trash')?.id);
    return mailbox.counts;
  }

  addMailbox(values: Omit<MailboxRecord, 'id' | 'emailIds'>): MailboxRecord {
    const mailbox: MailboxRecord = { ...values, id: this.newId('P'), emailIds: new Set() };
    this.mailboxes.set(mailbox.id, mailbox);
    this.logs.Mailbox.record(mailbox.id, 'created');
    return mailbox;
  }

  updateMailbox(mailbox: MailboxRecord, values: Partial<Omit<MailboxRecord, 'id' | 'emailIds'>>): void {
    Object.assign(mailbox, values);
    this.logs.Mailbox.record(mailbox.id, 'updated');
  }

  /** Messages that are in no other mailbox are destroyed with it. */
  destroyMailbox(mailbox: MailboxRecord): void {
    for (const id of [...mailbox.emailIds]) {
      const email = this.emails.get(id);
      if (email === undefined) continue;
      if (email.mailboxIds.size === 1) this.destroyEmail(email);
      else this.updateEmail(email, { mailboxIds: [...email.mailboxIds].filter((other) => other !== mailbox.id) });
    }
    this.mailboxes.delete(mailbox.id);
    this.#countsTouched.delete(mailbox.id);
    this.logs.Mailbox.record(mailbox.id, 'destroyed');
  }

  /** @param isDelivery counts as new mail for `EmailDelivery` */
  addEmail({ raw, mailboxIds, keywords, receivedAt }: NewEmail, isDelivery = false): EmailRecord {
    const email: EmailRecord = {
      id: this.newId('M'),
      blobId: this.blobs.put(raw),
      threadId: '',
      mailboxIds: new Set(mailboxIds),
      keywords: new Set([...keywords].map((keyword) => keyword.toLowerCase())),
      receivedAt,
      size: raw.length,
    };
    this.#joinThread(email, threadKeys(raw));
    this.emails.set(email.id, email);
    for (const id of email.mailboxIds) this.mailboxes.get(id)?.emailIds.add(email.id);
    this.logs.Email.record(email.id, 'created');
    if (isDelivery) this.logs.EmailDelivery.record(email.id, 'created');
    this.#touchThread(email);
    return email;
  }

  updateEmail(email: EmailRecord, values: { mailboxIds?: Iterable<string>; keywords?: Iterable<string> }): void {
    this.#touchThread(email);
    if (values.keywords !== undefined) {
      email.keywords = new Set([...values.keywords].map((keyword) => keyword.toLowerCase()));
    }
    if (values.mailboxIds !== undefined) {
      for (const id of email.mailboxIds) this.mailboxes.get(id)?.emailIds.delete(email.id);
      email.mailboxIds = new Set(values.mailboxIds);
      for (const id of email.mailboxIds) this.mailboxes.get(id)?.emailIds.add(email.id);
    }
    this.logs.Email.record(email.id, 'updated');
    this.#touchThread(email);
  }

  destroyEmail(email: EmailRecord): void {
    this.#touchThread(email);
    for (const id of email.mailboxIds) this.mailboxes.get(id)?.emailIds.delete(email.id);
    this.emails.delete(email.id);
    this.logs.Email.record(email.id, 'destroyed');
    const members = this.threads.get(email.threadId);
    members?.delete(email.id);
    const gone = members === undefined || members.size === 0;
    if (gone) this.threads.delete(email.threadId);
    this.logs.Thread.record(email.threadId, gone ? 'destroyed' : 'updated');
  }

  /** The messages of a thread, oldest first (RFC 8621 §3). */
  threadEmailIds(threadId: string): string[] {
    const members = [...(this.threads.get(threadId) ?? [])].flatMap((id) => this.emails.get(id) ?? []);
    return members.sort((a, b) => a.receivedAt - b.receivedAt || (a.id < b.id ? -1 : 1)).map((email) => email.id);
  }

  #joinThread(email: EmailRecord, keys: string[]): void {
    const known = keys
      .map((key) => this.#threadByKey.get(key))
      .find((threadId) => threadId !== undefined && this.threads.has(threadId));
    email.threadId = known ?? this.newId('T');
    for (const key of keys) {
      const other = this.#threadByKey.get(key);
      // Threads that a late message shows to be one stay two: ids are immutable (RFC 8621 §4.1.1).
      if (other === undefined || !this.threads.has(other)) this.#threadByKey.set(key, email.threadId);
    }
    const members = this.threads.get(email.threadId);
    if (members === undefined) this.threads.set(email.threadId, new Set([email.id]));
    else members.add(email.id);
    this.logs.Thread.record(email.threadId, members === undefined ? 'created' : 'updated');
  }

  /** The counts of every mailbox that shows the thread may change: `unreadThreads` looks at all its messages. */
  #touchThread(email: EmailRecord): void {
    const members = [...(this.threads.get(email.threadId) ?? [])].flatMap((id) => this.emails.get(id) ?? []);
    for (const member of members.length === 0 ? [email] : members) {
      for (const id of member.mailboxIds) {
        this.#countsTouched.add(id);
        const mailbox = this.mailboxes.get(id);
        if (mailbox !== undefined) mailbox.counts = undefined;
      }
    }
  }
}
