import type { EmailRecord, MailboxCounts, MailboxRecord } from './records';

/** The counts of a mailbox (RFC 8621 §2). */
export function countMailbox(
  mailbox: MailboxRecord,
  emails: Map<string, EmailRecord>,
  threads: Map<string, Set<string>>,
  trashId: string | undefined,
): MailboxCounts {
  const seen = new Set<string>();
  let unreadEmails = 0;
  let unreadThreads = 0;
  for (const id of mailbox.emailIds) {
    const email = emails.get(id);
    if (email === undefined) continue;
    if (isUnread(email)) unreadEmails++;
    if (seen.has(email.threadId)) continue;
    seen.add(email.threadId);
    const members = [...(threads.get(email.threadId) ?? [])];
    const unread = members.some((memberId) => {
      const member = emails.get(memberId);
      return member !== undefined && isUnread(member) && countsTowards(member, mailbox.id, trashId);
    });
    if (unread) unreadThreads++;
  }
  return { totalEmails: mailbox.emailIds.size, unreadEmails, totalThreads: seen.size, unreadThreads };
}

function isUnread(email: EmailRecord): boolean {
  return !email.keywords.has('$seen') && !email.keywords.has('$draft');
}

/** Trash and the rest do not make each other's threads unread (RFC 8621 §2, `unreadThreads`). */
function countsTowards(email: EmailRecord, mailboxId: string, trashId: string | undefined): boolean {
  if (trashId === undefined) return true;
  if (mailboxId === trashId) return email.mailboxIds.has(trashId);
  return email.mailboxIds.size > 1 || !email.mailboxIds.has(trashId);
}
