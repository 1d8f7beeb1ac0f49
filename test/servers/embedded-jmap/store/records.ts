/** What the server knows of a message; everything else is in its octets. */
export type EmailRecord = {
  id: string;
  blobId: string;
  threadId: string;
  mailboxIds: Set<string>;
  /** Lowercase. */
  keywords: Set<string>;
  /** Milliseconds. */
  receivedAt: number;
  /** Octets of the message. */
  size: number;
};

export type MailboxRecord = {
  id: string;
  name: string;
  parentId: string | null;
  role: string | null;
  sortOrder: number;
  isSubscribed: boolean;
  emailIds: Set<string>;
  /** Counted when asked for, until a message of it changes. */
  counts?: MailboxCounts | undefined;
};

export type MailboxCounts = { totalEmails: number; unreadEmails: number; totalThreads: number; unreadThreads: number };

export type IdentityRecord = { id: string; name: string; email: string };

/** RFC 8621 §7. */
export type SubmissionRecord = {
  id: string;
  identityId: string;
  emailId: string;
  threadId: string;
  envelope: { mailFrom: { email: string }; rcptTo: { email: string }[] };
  sendAt: number;
  deliveryStatus: Record<string, { smtpReply: string; delivered: string; displayed: string }>;
};
