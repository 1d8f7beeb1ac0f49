import type { MailClient } from '../../engine/client';
import type { MailboxId } from '../../model/ids';
import type { Mailbox } from '../../model/mailbox';
import type { Chosen } from '../messages/message-nodes';

/** What "Delete" does to what is chosen: to Trash, or for good what lies in Trash or Junk already. */
export interface Deletion {
  readonly toTrash: readonly Chosen[];
  readonly forGood: readonly Chosen[];
}

/**
 * A message that was chosen without a mailbox goes for good only if all mailboxes it is in are Trash or Junk; and then from
 * there (S9), for while the person is asked somebody may put it elsewhere.
 */
export async function planDeletion(
  chosen: readonly Chosen[],
  byId: ReadonlyMap<MailboxId, Mailbox>,
  client: Pick<MailClient, 'request'>,
): Promise<Deletion> {
  const isDiscarded = (mailboxId: MailboxId): boolean => {
    const role = byId.get(mailboxId)?.role;
    return role === 'trash' || role === 'junk';
  };
  const toTrash: Chosen[] = [];
  const forGood: Chosen[] = [];
  for (const item of chosen) {
    const { mailboxId, emailId } = item.message;
    const mailboxIds =
      mailboxId === null ? ((await client.request('messages/get', { emailId }))?.mailboxIds ?? []) : [mailboxId];
    const [first] = mailboxIds;
    if (first === undefined || !mailboxIds.every(isDiscarded)) toTrash.push(item);
    else forGood.push(mailboxId === null ? { ...item, target: { emailId, mailboxId: first } } : item);
  }
  return { toTrash, forGood };
}
