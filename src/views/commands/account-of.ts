import type { MailClient } from '../../engine/client';
import type { AccountId } from '../../model/ids';
import type { DirectoryState } from '../mailboxes/directory';
import type { Chosen } from '../messages/message-nodes';

/** The account of what is chosen; null: the message is gone. */
export async function accountOf(
  { message }: Chosen,
  state: DirectoryState,
  client: Pick<MailClient, 'request'>,
): Promise<AccountId | null> {
  const known = message.mailboxId === null ? undefined : state.byId.get(message.mailboxId)?.accountId;
  if (known !== undefined) return known;
  const details = await client.request('messages/get', { emailId: message.emailId });
  return details === null ? null : (details.accountId as AccountId);
}
