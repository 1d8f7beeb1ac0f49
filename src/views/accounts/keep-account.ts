import type { AccountId } from '../../model/ids';
import { accountSecrets } from '../secrets';
import type { ViewContext } from '../view-context';
import { emailOf, settingsOf, type AccountDraft } from './account-draft';

/** Adds a tested account. Either the account and its secret are both kept, or this fails and neither is. */
export async function keepAccount({ client, extension }: ViewContext, draft: AccountDraft): Promise<AccountId> {
  const { name, secret } = draft;
  const settings = settingsOf(draft);
  const accountId = await client.request('accounts/add', { name, email: emailOf(draft), settings, secret });
  try {
    await accountSecrets(extension.secrets).store(accountId, secret);
  } catch (error) {
    await client.request('accounts/remove', { accountId });
    throw error;
  }
  return accountId;
}
