import * as v from 'valibot';
import { EngineError, type MailClient } from '../../engine/client';
import type { AccountId } from '../../model/ids';
import type { ViewContext } from '../view-context';
import { emptyDraft, settingsOf, withServer, type AccountDraft } from './account-draft';
import { keepAccount } from './keep-account';

const text = v.pipe(v.string(), v.nonEmpty());
const person = { email: text, user: text, password: text, name: v.optional(v.string()) };
const server = v.object({
  host: text,
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  security: v.picklist(['tls', 'starttls', 'none']),
});
const accountInput = v.variant('protocol', [
  v.object({
    protocol: v.literal('jmap'),
    /** Session URL, or what leads to it: a host or an address. */
    url: text,
    ...person,
  }),
  v.object({
    protocol: v.literal('imap'),
    imap: server,
    /** Left out: mail is only read. */
    smtp: v.optional(server),
    /** SHA-256 fingerprint (AB:CD:…) of the only certificate to accept from these servers; left out: one that is trusted. */
    pinnedCertificate: v.optional(text),
    ...person,
  }),
]);
export type AccountInput = v.InferInput<typeof accountInput>;

/**
 * Adds an account as the dialogue does (find, test, keep), without asking: what the extension exports. Fails with a
 * `ValiError` for bad input, or with an `EngineError` whose `reason` says what the server objected to; nothing is kept then.
 */
export async function addAccount(context: ViewContext, input: AccountInput): Promise<AccountId> {
  const { client } = context;
  const account = v.parse(accountInput, input);
  const { email, user: username, password: secret, name = email } = account;
  const servers = account.protocol === 'jmap' ? await findJmap(client, account.url) : imapServers(account);
  const draft: AccountDraft = { ...servers, username, email, secret, name };
  await client.request('accounts/test', { settings: settingsOf(draft), secret });
  if (draft.smtp) await client.request('accounts/test-sending', { server: draft.smtp, username, secret });
  return keepAccount(context, draft);
}

type Input<Protocol> = Extract<v.InferOutput<typeof accountInput>, { protocol: Protocol }>;

async function findJmap(client: MailClient, url: string): Promise<AccountDraft> {
  const found = await client.request('accounts/discover', { address: url });
  const server = found.find(({ settings }) => settings.protocol === 'jmap');
  if (!server) throw new EngineError('not-jmap', `No JMAP mail server was found for ${url}.`);
  return { ...withServer(emptyDraft, server), auth: 'basic' };
}

function imapServers({ imap, smtp, pinnedCertificate: pin }: Input<'imap'>): AccountDraft {
  const pinnedCertificate = pin ?? null;
  return {
    ...emptyDraft,
    protocol: 'imap',
    imap: { ...imap, pinnedCertificate },
    smtp: smtp ? { ...smtp, pinnedCertificate } : null,
  };
}
