import { randomUUID } from 'node:crypto';
import {
  deleteAccount,
  getAccount,
  insertAccount,
  listAccounts,
  replaceAccount,
  updateAccount,
} from '../../db/accounts';
import { countChanges } from '../../db/pending-changes';
import { listMailboxes } from '../../db/mailboxes';
import type { Account } from '../../model/account';
import type { AccountId } from '../../model/ids';
import { isSameMail } from '../../model/same-mail';
import { discover } from '../../sync/discovery/discover';
import { greet } from '../../sync/discovery/greet';
import { testConnection } from '../../sync/discovery/test-connection';
import { testSending } from '../../sync/discovery/test-sending';
import type { AccountSummary } from '../api';
import { EngineError } from '../client';
import { removeCachedAttachments } from '../attachment-cache';
import type { EngineContext, Handlers } from '../engine-context';

function summaries({ db, sync }: EngineContext): AccountSummary[] {
  return listAccounts(db).map((account) => ({ account, status: sync.status(account.id) }));
}

export function accountHandlers(context: EngineContext) {
  const { db, sync } = context;
  const known = (accountId: AccountId): Account => {
    const account = getAccount(db, accountId);
    if (account === undefined) throw new EngineError('not-found', 'This account was removed.');
    return account;
  };
  return {
    'accounts/discover': ({ address }, signal) => discover(address, signal),
    'accounts/test': ({ settings, secret }, signal) => testConnection(settings, secret, signal),
    'accounts/test-sending': async ({ server, username, secret }, signal) => {
      await testSending(server, username, secret, signal);
      return null;
    },
    'accounts/certificate': ({ server, protocol }, signal) => greet(server, protocol, signal),
    'accounts/list': () => summaries(context),

    'accounts/add': async ({ secret, requestId = randomUUID(), ...account }) => {
      const id = requestId as AccountId;
      // It is here where the request comes again, because an engine died before it answered.
      if (getAccount(db, id) === undefined) insertAccount(db, { id, ...account }, Date.now());
      await sync.authenticate(id, secret);
      return id;
    },

    'accounts/update': async ({ accountId, secret, ...account }) => {
      await sync.change(accountId, secret, async () => {
        const { settings } = known(accountId);
        const changed = { id: accountId, ...account };
        if (isSameMail(settings, changed.settings)) updateAccount(db, changed);
        else await removeCachedAttachments(context.cacheDir, new Set(replaceAccount(db, changed)));
      });
      return null;
    },

    'accounts/remove': async ({ accountId }) => {
      const emailIds = await sync.change(accountId, null, () => deleteAccount(db, accountId));
      await removeCachedAttachments(context.cacheDir, new Set(emailIds));
      return null;
    },

    'accounts/authenticate': async ({ accountId, secret }) => {
      known(accountId);
      await sync.authenticate(accountId, secret);
      return null;
    },

    overview: () => {
      const unread = listMailboxes(db).reduce((sum, box) => sum + (box.role === 'inbox' ? box.unread : 0), 0);
      return { accounts: summaries(context), unread, ...countChanges(db) };
    },
  } satisfies Partial<Handlers>;
}
