import * as v from 'valibot';
import type { AccountId } from '../../model/ids';
import type { ViewContext } from '../view-context';
import { emptyDraft, settingsOf, withServer, type AccountDraft } from './account-draft';
import { keepAccount } from './keep-account';

const newAccount = v.object({
  protocol: v.literal('jmap'),
  /** Session URL, or what leads to it: a host or an address. */
  url: v.pipe(v.string(), v.nonEmpty()),
  email: v.pipe(v.string(), v.nonEmpty()),
  user: v.pipe(v.string(), v.nonEmpty()),
  password: v.pipe(v.string(), v.nonEmpty()),
  name: v.optional(v.string()),
});
export type NewAccount = v.InferInput<typeof newAccount>;

/** What the extension exports to other extensions: the demo adds its account so. */
export interface MailpaneApi {
  /**
   * Adds an account as the dialogue does (find, test, keep), without asking. Fails with a `ValiError` for bad input,
   * or with an `EngineError` whose `reason` says what the server objected to; nothing is kept then.
   */
  addAccount(input: NewAccount): Promise<AccountId>;
}

export function createApi(context: ViewContext): MailpaneApi {
  return { addAccount: async (input) => addAccountWithoutAsking(context, v.parse(newAccount, input)) };
}

async function addAccountWithoutAsking(context: ViewContext, input: NewAccount): Promise<AccountId> {
  const [server] = await context.client.request('accounts/discover', { address: input.url });
  if (!server) throw new Error(`No JMAP mail server was found for ${input.url}.`);
  const draft: AccountDraft = {
    ...withServer(emptyDraft, server),
    auth: 'basic',
    username: input.user,
    email: input.email,
    secret: input.password,
    name: input.name ?? input.email,
  };
  await context.client.request('accounts/test', { settings: settingsOf(draft), secret: draft.secret });
  return keepAccount(context, draft);
}
