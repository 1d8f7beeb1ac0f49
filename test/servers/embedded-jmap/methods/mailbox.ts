import * as v from 'valibot';

import { MethodError } from '../errors';
import { isObject, type JsonObject } from '../json';
import { accountOf, parseArguments, queryArguments, queryChangesArguments, type Method } from '../method';
import type { Account } from '../store/account';
import type { MailboxRecord } from '../store/records';
import { queryDifference, queryWindow } from './query-window';
import { changesMethod, getMethod } from './standard';

const COUNTS = ['totalEmails', 'unreadEmails', 'totalThreads', 'unreadThreads'];
const PROPERTIES = ['id', 'name', 'parentId', 'role', 'sortOrder', 'isSubscribed', 'myRights', ...COUNTS];

export const mailboxGet = getMethod('Mailbox', PROPERTIES, (account) => ({
  ids: () => account.mailboxes.keys(),
  one: (id) => {
    const mailbox = account.mailboxes.get(id);
    return mailbox === undefined ? undefined : toJson(mailbox, account);
  },
}));

/** RFC 8621 §2.2: tells clients that they need to fetch nothing but the counts. */
export const mailboxChanges = changesMethod('Mailbox', ({ updated, onlyCounts }) => ({
  updatedProperties: updated.length > 0 && onlyCounts ? COUNTS : null,
}));

export const mailboxQuery: Method = (args, context) => {
  const schema = v.strictObject({
    ...queryArguments,
    sortAsTree: v.optional(v.boolean(), false),
    filterAsTree: v.optional(v.boolean(), false),
  });
  const request = parseArguments(schema, args);
  const account = accountOf(request.accountId, context);
  const ids = runQuery(account, request);
  return {
    accountId: request.accountId,
    queryState: account.state('Mailbox'),
    canCalculateChanges: true,
    ...queryWindow(ids, request),
  };
};

export const mailboxQueryChanges: Method = (args, context) => {
  const schema = v.strictObject({
    ...queryChangesArguments,
    sortAsTree: v.optional(v.boolean(), false),
    filterAsTree: v.optional(v.boolean(), false),
  });
  const request = parseArguments(schema, args);
  const account = accountOf(request.accountId, context);
  const changes = account.logs.Mailbox.since(request.sinceQueryState);
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

/** The whole object of RFC 8621 §2. */
function toJson(mailbox: MailboxRecord, account: Account): JsonObject {
  const { id, name, parentId, role, sortOrder, isSubscribed } = mailbox;
  const isInbox = role === 'inbox';
  return {
    id,
    name,
    parentId,
    role,
    sortOrder,
    isSubscribed,
    ...account.counts(mailbox),
    myRights: {
      mayReadItems: true,
      mayAddItems: true,
      mayRemoveItems: true,
      maySetSeen: true,
      maySetKeywords: true,
      mayCreateChild: true,
      mayRename: !isInbox,
      mayDelete: !isInbox,
      maySubmit: true,
    },
  };
}

type Query = {
  filter?: JsonObject | null | undefined;
  sort?: JsonObject[] | null | undefined;
  sortAsTree: boolean;
  filterAsTree: boolean;
};

function runQuery(account: Account, { filter, sort, sortAsTree, filterAsTree }: Query): string[] {
  const compare = comparator(sort ?? []);
  const sorted = [...account.mailboxes.values()].sort(compare);
  const ordered = sortAsTree ? asTree(sorted) : sorted;
  const fits = (mailbox: MailboxRecord) => matches(mailbox, filter ?? {});
  const shown = (mailbox: MailboxRecord): boolean => {
    const parent = mailbox.parentId === null ? undefined : account.mailboxes.get(mailbox.parentId);
    return fits(mailbox) && (!filterAsTree || parent === undefined || shown(parent));
  };
  return ordered.filter(shown).map((mailbox) => mailbox.id);
}

function matches(mailbox: MailboxRecord, filter: JsonObject): boolean {
  if (typeof filter.operator === 'string') {
    const conditions = Array.isArray(filter.conditions) ? filter.conditions.filter(isObject) : [];
    if (filter.operator === 'AND') return conditions.every((condition) => matches(mailbox, condition));
    if (filter.operator === 'OR') return conditions.some((condition) => matches(mailbox, condition));
    if (filter.operator === 'NOT') return !conditions.some((condition) => matches(mailbox, condition));
    throw new MethodError('unsupportedFilter', filter.operator);
  }
  return Object.entries(filter).every(([name, value]) => {
    switch (name) {
      case 'parentId':
        return mailbox.parentId === value;
      case 'name':
        return mailbox.name.toLowerCase().includes(String(value).toLowerCase());
      case 'role':
        return mailbox.role === value;
      case 'hasAnyRole':
        return (mailbox.role !== null) === value;
      case 'isSubscribed':
        return mailbox.isSubscribed === value;
      default:
        throw new MethodError('unsupportedFilter', name);
    }
  });
}

function comparator(sort: JsonObject[]): (a: MailboxRecord, b: MailboxRecord) => number {
  const steps = (sort.length === 0 ? [{ property: 'sortOrder' }, { property: 'name' }] : sort).map((step) => {
    const direction = 'isAscending' in step && step.isAscending === false ? -1 : 1;
    const { property } = step;
    if (property === 'sortOrder')
      return (a: MailboxRecord, b: MailboxRecord) => direction * (a.sortOrder - b.sortOrder);
    if (property === 'name') {
      return (a: MailboxRecord, b: MailboxRecord) => direction * a.name.localeCompare(b.name, 'en');
    }
    throw new MethodError('unsupportedSort', String(property));
  });
  return (a, b) => steps.reduce((order, step) => order || step(a, b), 0) || (a.id < b.id ? -1 : 1);
}

/** Children right behind their parent, both in the given order (RFC 8621 §2.3). */
function asTree(sorted: MailboxRecord[]): MailboxRecord[] {
  const below = (parentId: string | null): MailboxRecord[] =>
    sorted.filter((mailbox) => mailbox.parentId === parentId).flatMap((mailbox) => [mailbox, ...below(mailbox.id)]);
  return below(null);
}
