/** Keywords that the product knows (RFC 8621 §4.1.1, IANA registry): lower case, as compared everywhere here. */
export const seen = '$seen';
export const flagged = '$flagged';
export const answered = '$answered';
export const forwarded = '$forwarded';
export const draft = '$draft';
export const junk = '$junk';
export const notJunk = '$notjunk';

/** Unread as JMAP counts it (RFC 8621 §2, `unreadEmails`): neither seen nor a draft. */
export function isUnread(keywords: Iterable<string>): boolean {
  for (const keyword of keywords) if (keyword === seen || keyword === draft) return false;
  return true;
}

/** Lower case, without doubles, sorted: two equal sets are equal strings once joined. */
export function normaliseKeywords(keywords: Iterable<string>): string[] {
  return [...new Set([...keywords].map((keyword) => keyword.toLowerCase()))].sort();
}
