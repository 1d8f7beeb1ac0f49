import { stableHash } from './stable-hash';

/** What a message has in common with its copy in another mailbox, where the server gives no id (S20). */
export function identityOf(email: {
  readonly messageId: readonly string[];
  readonly size: number;
  readonly receivedAt: number;
}): number {
  return stableHash(email.messageId.join(' '), email.size, email.receivedAt);
}
