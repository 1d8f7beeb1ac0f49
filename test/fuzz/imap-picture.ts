import type { Scan, ScannedCopy } from './imap-scan';
import { combineCopies, countMailboxes, type Picture, type PictureMessage } from './picture';

/**
 * What a scan shows, in the form that both sides have. Copies of one subject are told as one message, for without OBJECTID
 * nobody can say whether two copies are one message or two; a mailbox in which it stands twice is named twice.
 */
export function pictureOfScan({ mailboxes, copies }: Scan): Picture {
  const threads = threadsOf(copies);
  const bySubject = new Map<string, ScannedCopy[]>();
  for (const copy of copies) bySubject.set(copy.subject, [...(bySubject.get(copy.subject) ?? []), copy]);
  const messages = Object.fromEntries([...bySubject].map(([subject, some]) => [subject, toMessage(some, threads)]));
  const counts = countMailboxes(messages);
  return {
    mailboxes: Object.fromEntries(
      mailboxes.map(({ path, separator, isNode, isSubscribed }) => {
        const at = path.lastIndexOf(separator);
        const name = path === 'INBOX' ? 'Inbox' : path.slice(at + 1);
        const parent = at > 0 ? path.slice(0, at) : null;
        return [path, { name, parent, ...(counts.get(path) ?? { total: 0, unread: 0 }), isNode, isSubscribed }];
      }),
    ),
    messages,
  };
}

function toMessage(copies: readonly ScannedCopy[], threads: ReadonlyMap<ScannedCopy, string>): PictureMessage {
  const visible = copies.filter(({ isDeleted }) => !isDeleted);
  const paths = visible.map(({ path }) => path).sort();
  return {
    keywords: combineCopies((visible.length > 0 ? visible : copies).map(({ keywords }) => keywords)),
    // With OBJECTID two equal copies in a mailbox are one message there.
    mailboxes: copies.every(({ emailId }) => emailId === null) ? paths : [...new Set(paths)],
    thread: [...new Set(copies.map((copy) => threads.get(copy) ?? ''))].sort().join(' | '),
  };
}

/** Subjects of each copy's thread: the server's, else what a Message-ID in common makes one, under one subject (RFC 8621 §3). */
function threadsOf(copies: readonly ScannedCopy[]): Map<ScannedCopy, string> {
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    const parent = parents.get(key);
    return parent === undefined ? key : rootOf(parent);
  };
  const keysOf = ({ threadId, named, subject }: ScannedCopy): string[] => {
    const topic = subject.replace(/^\[\w+\] /, '');
    return threadId === null ? named.map((id) => `${id} ${topic}`) : [threadId];
  };
  for (const copy of copies) {
    const [first = '', ...others] = keysOf(copy).map(rootOf);
    for (const other of others) if (rootOf(other) !== rootOf(first)) parents.set(rootOf(other), rootOf(first));
  }
  const members = new Map<string, Set<string>>();
  const threadOf = (copy: ScannedCopy): string => rootOf(keysOf(copy)[0] ?? '');
  for (const copy of copies) members.set(threadOf(copy), (members.get(threadOf(copy)) ?? new Set()).add(copy.subject));
  return new Map(copies.map((copy) => [copy, [...(members.get(threadOf(copy)) ?? [])].sort().join(' + ')]));
}
