import * as v from 'valibot';

import { MethodError } from '../errors';
import { isObject, type JsonObject } from '../json';
import { accountOf, parseArguments, queryArguments, queryChangesArguments, type Method } from '../method';
import type { Account } from '../store/account';
import { compileFilter } from './email-filter';
import { sortEmails } from './email-sort';
import { queryDifference, queryWindow } from './query-window';

/** Email/query (RFC 8621 §4.4). */
export const emailQuery: Method = (args, context) => {
  const schema = v.strictObject({ ...queryArguments, collapseThreads: v.optional(v.boolean(), false) });
  const request = parseArguments(schema, args);
  const account = accountOf(request.accountId, context);
  const ids = runQuery(account, request);
  return {
    accountId: request.accountId,
    queryState: account.state('Email'),
    canCalculateChanges: canCalculate(request),
    collapseThreads: request.collapseThreads,
    ...queryWindow(ids, request),
  };
};

export const emailQueryChanges: Method = (args, context) => {
  const schema = v.strictObject({ ...queryChangesArguments, collapseThreads: v.optional(v.boolean(), false) });
  const request = parseArguments(schema, args);
  const account = accountOf(request.accountId, context);
  if (!canCalculate(request)) throw new MethodError('cannotCalculateChanges');
  const changes = account.logs.Email.since(request.sinceQueryState);
  const ids = runQuery(account, request);
  const { removed, added } = queryDifference(ids, changes);
  if (request.maxChanges != null && removed.length + added.length > request.maxChanges) {
    throw new MethodError('tooManyChanges');
  }
  return {
    accountId: request.accountId,
    oldQueryState: request.sinceQueryState,
    newQueryState: changes.newState,
    ...(request.calculateTotal ? { total: ids.length } : {}),
    removed,
    added,
  };
};

type Query = {
  filter?: JsonObject | null | undefined;
  sort?: JsonObject[] | null | undefined;
  collapseThreads: boolean;
};

/** What depends on other messages of a thread cannot be told from the changed messages alone. */
function canCalculate({ filter, sort, collapseThreads }: Query): boolean {
  return !collapseThreads && !JSON.stringify([filter, sort]).includes('InThreadHaveKeyword');
}

/** Results of late queries by account: a walk by pages sorts once, not once a page. */
const results = new WeakMap<Account, Map<string, string[]>>();
const RESULTS_KEPT = 8;

function runQuery(account: Account, query: Query): string[] {
  const cache = results.get(account) ?? new Map<string, string[]>();
  results.set(account, cache);
  const key = JSON.stringify([account.state('Email'), query.filter, query.sort, query.collapseThreads]);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const ids = compute(account, query);
  cache.set(key, ids);
  const [oldest] = cache.keys();
  if (cache.size > RESULTS_KEPT && oldest !== undefined) cache.delete(oldest);
  return ids;
}

function compute(account: Account, { filter, sort, collapseThreads }: Query): string[] {
  const fits = compileFilter(filter ?? {}, account);
  const found = candidates(account, filter ?? {}).filter(fits);
  const sorted = sortEmails(found, sort ?? [], account);
  if (!collapseThreads) return sorted.map((email) => email.id);
  const threads = new Set<string>();
  return sorted.flatMap(({ id, threadId }) => {
    if (threads.has(threadId)) return [];
    threads.add(threadId);
    return [id];
  });
}

/** The messages of the mailbox that the filter asks for, if it asks for one: cheaper than all. */
function candidates(account: Account, filter: JsonObject) {
  const conditions = filter.operator === 'AND' && Array.isArray(filter.conditions) ? filter.conditions : [filter];
  const mailboxId: unknown = conditions.filter(isObject).find((condition) => 'inMailbox' in condition)?.inMailbox;
  if (typeof mailboxId !== 'string') return [...account.emails.values()];
  return [...(account.mailboxes.get(mailboxId)?.emailIds ?? [])].flatMap((id) => account.emails.get(id) ?? []);
}
