import { Buffer } from 'node:buffer';

import type { Account } from './store/account';
import type { EmailRecord, MailboxCounts, MailboxRecord } from './store/records';

/** Where something goes: a mailbox id, a role (`inbox`), or a path of names (`Lists/kernel`). */
export type MailboxName = string;

export type Delivery = {
  /** The Inbox if none is given. */
  mailbox?: MailboxName;
  keywords?: string[];
  /** Now if none is given. */
  receivedAt?: Date;
};

/** A message as a test wants to see it. */
export type MessageView = {
  id: string;
  threadId: string;
  blobId: string;
  /** Paths, such as `Lists/kernel`, sorted. */
  mailboxes: string[];
  /** Sorted. */
  keywords: string[];
  receivedAt: Date;
  size: number;
  raw: () => Buffer;
};

export type MailboxView = MailboxCounts & { id: string; name: string; path: string; role: string | null };

/** What another client or the mail system does to an account, behind the back of the client under test. */
export type AccountControl = {
  accountId: string;
  /** A new message: announced to clients as new mail. Returns its id. */
  deliver(raw: Buffer | string, delivery?: Delivery): string;
  /** Many messages as one unit of work: one push, if any. Returns their ids. */
  deliverAll(messages: Iterable<Delivery & { raw: Buffer | string }>): string[];
  setKeywords(id: string, keywords: string[]): void;
  /** To these mailboxes and no others. */
  move(id: string, ...mailboxes: MailboxName[]): void;
  destroy(...ids: string[]): void;
  /** Makes the missing mailboxes of the path. Returns the id of the last. */
  createMailbox(path: string, role?: string): string;
  /** `name` without slashes; it stays below its parent. */
  renameMailbox(mailbox: MailboxName, name: string): void;
  /** With the messages that are nowhere else. */
  destroyMailbox(mailbox: MailboxName): void;
  messages(mailbox?: MailboxName): MessageView[];
  mailboxes(): MailboxView[];
  /** From now on all states given so far are too old: `cannotCalculateChanges`. */
  forgetChanges(): void;
};

export function controlAccount(account: Account): AccountControl {
  const mailbox = (name: MailboxName): MailboxRecord => {
    const found = account.mailboxes.get(name) ?? account.mailboxByRole(name) ?? byPath(account, name);
    if (found === undefined) throw new Error(`There is no mailbox ${name}`);
    return found;
  };
  const email = (id: string): EmailRecord => {
    const found = account.emails.get(id);
    if (found === undefined) throw new Error(`There is no message ${id}`);
    return found;
  };
  const add = (raw: Buffer | string, { mailbox: name, keywords, receivedAt }: Delivery): string =>
    account.addEmail(
      {
        raw: typeof raw === 'string' ? Buffer.from(raw) : raw,
        mailboxIds: [mailbox(name ?? 'inbox').id],
        keywords: keywords ?? [],
        receivedAt: (receivedAt ?? new Date()).getTime(),
      },
      true,
    ).id;
  /** One unit of work. */
  const work = <T>(change: () => T): T => {
    const result = change();
    account.commit();
    return result;
  };
  return {
    accountId: account.id,
    deliver: (raw, delivery = {}) => work(() => add(raw, delivery)),
    deliverAll: (messages) => work(() => [...messages].map(({ raw, ...delivery }) => add(raw, delivery))),
    setKeywords: (id, keywords) => work(() => account.updateEmail(email(id), { keywords })),
    move: (id, ...names) =>
      work(() => account.updateEmail(email(id), { mailboxIds: names.map((name) => mailbox(name).id) })),
    destroy: (...ids) => work(() => ids.forEach((id) => account.destroyEmail(email(id)))),
    createMailbox: (path, role) => work(() => createPath(account, path, role ?? null).id),
    renameMailbox: (name, newName) => work(() => account.updateMailbox(mailbox(name), { name: newName })),
    destroyMailbox: (name) => work(() => account.destroyMailbox(mailbox(name))),
    messages: (name) => {
      const ids = name === undefined ? account.emails.keys() : mailbox(name).emailIds;
      return [...ids].map((id) => viewEmail(account, email(id)));
    },
    mailboxes: () => [...account.mailboxes.values()].map((record) => viewMailbox(account, record)),
    forgetChanges: () => Object.values(account.logs).forEach((log) => log.forget()),
  };
}

function viewEmail(account: Account, { id, threadId, blobId, size, ...email }: EmailRecord): MessageView {
  return {
    id,
    threadId,
    blobId,
    size,
    mailboxes: [...email.mailboxIds].map((mailboxId) => pathOf(account, mailboxId)).sort(),
    keywords: [...email.keywords].sort(),
    receivedAt: new Date(email.receivedAt),
    raw: () => account.blobs.get(blobId) ?? Buffer.alloc(0),
  };
}

function viewMailbox(account: Account, mailbox: MailboxRecord): MailboxView {
  const { id, name, role } = mailbox;
  return { id, name, role, path: pathOf(account, id), ...account.counts(mailbox) };
}

function pathOf(account: Account, id: string): string {
  const mailbox = account.mailboxes.get(id);
  if (mailbox === undefined) return id;
  return mailbox.parentId === null ? mailbox.name : `${pathOf(account, mailbox.parentId)}/${mailbox.name}`;
}

function byPath(account: Account, path: string): MailboxRecord | undefined {
  return [...account.mailboxes.values()].find((mailbox) => pathOf(account, mailbox.id) === path);
}

function createPath(account: Account, path: string, role: string | null): MailboxRecord {
  const existing = byPath(account, path);
  if (existing !== undefined) return existing;
  const slash = path.lastIndexOf('/');
  const parent = slash === -1 ? null : createPath(account, path.slice(0, slash), null);
  const values = { name: path.slice(slash + 1), parentId: parent?.id ?? null, sortOrder: 10, isSubscribed: true };
  return account.addMailbox({ ...values, role });
}
