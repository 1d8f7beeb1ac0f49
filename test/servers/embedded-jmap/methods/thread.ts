import { changesMethod, getMethod } from './standard';

/** Thread/get (RFC 8621 §3.1): the messages oldest first. */
export const threadGet = getMethod('Thread', ['id', 'emailIds'], (account) => ({
  ids: () => account.threads.keys(),
  one: (id) => (account.threads.has(id) ? { id, emailIds: account.threadEmailIds(id) } : undefined),
}));

export const threadChanges = changesMethod('Thread');
