import * as v from 'valibot';
import { EngineError } from '../../engine/client';
import type { AccountId } from '../../model/ids';
import type { ViewContext } from '../view-context';
import { emptyDraft, settingsOf, withServer, type AccountDraft } from './account-draft';
import { keepAccount } from './keep-account';

const accountInput = v.object({
  protocol: v.literal('jmap'),
  /** Session URL, or what leads to it: a host or an address. */
  url: v.pipe(v.string(), v.nonEmpty()),
  email: v.pipe(v.string(), v.nonEmpty()),
  user: v.pipe(v.string(), v.nonEmpty()),
  password: v.pipe(v.string(), v.nonEmpty()),
  name: v.optional(v.string()),
});
export type AccountInput = v.InferInput<typeof accountInput>;

/**
 * Adds an account as the dialogue does (find, test, keep), without asking: what the extension exports. Fails with a
 * `ValiError` for bad input, or with an `EngineError` whose `reason` says what the server objected to; nothing is kept then.
 */
export async function addAccount(context: ViewContext, input: AccountInput): Promise<AccountId> {
  const { url, email, user, password, name } = v.parse(accountInput, input);
  const [server] = await context.client.request('accounts/discover', { address: url });
  if (!server) throw new EngineError('not-jmap', `No JMAP mail server was found for ${url}.`);
  const draft: AccountDraft = {
    ...withServer(emptyDraft, server),
    auth: 'basic',
    username: user,
    email,
    secret: password,
    name: name ?? email,
  };
  await context.client.request('accounts/test', { settings: settingsOf(draft), secret: password });
  return keepAccount(context, draft);
}
