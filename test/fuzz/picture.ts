/** Everything of an account that both sides have, in one form. Messages are known by their subjects, which are unique here. */
export interface Picture {
  /** By the server's id. */
  readonly mailboxes: Readonly<Record<string, PictureMailbox>>;
  readonly messages: Readonly<Record<string, PictureMessage>>;
}

export interface PictureMailbox {
  readonly name: string;
  readonly parent: string | null;
  readonly total: number;
  readonly unread: number;
  /** IMAP: holds no mail, only other mailboxes. Where a server's picture does not say, it is not compared. */
  readonly isNode?: boolean;
  readonly isSubscribed?: boolean;
}

export interface PictureMessage {
  readonly keywords: readonly string[];
  /** Server ids, sorted; one for each copy, where copies are messages of their own. */
  readonly mailboxes: readonly string[];
  /** Subjects of the whole thread, sorted, joined; the server may have no threads of its own. */
  readonly thread: string;
}

/** RFC 8621 §4.1.1: any keyword of theirs, but seen only if all copies are. */
export function combineCopies(copies: readonly (readonly string[])[]): string[] {
  const all = new Set(copies.flat());
  if (!copies.every((keywords) => keywords.includes('$seen'))) all.delete('$seen');
  return [...all].sort();
}

/** What a mailbox has to count. */
export function countMailboxes(messages: Picture['messages']): Map<string, { total: number; unread: number }> {
  const counts = new Map<string, { total: number; unread: number }>();
  for (const { keywords, mailboxes } of Object.values(messages)) {
    const isUnread = !keywords.includes('$seen') && !keywords.includes('$draft');
    for (const id of mailboxes) {
      const { total, unread } = counts.get(id) ?? { total: 0, unread: 0 };
      counts.set(id, { total: total + 1, unread: unread + Number(isUnread) });
    }
  }
  return counts;
}
