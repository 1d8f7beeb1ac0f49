import * as v from 'valibot';

import { MethodError } from '../errors';
import { isObject, utcDate, type JsonObject } from '../json';
import { accountOf, parseArguments, queryArguments, type Method } from '../method';
import type { SubmissionRecord } from '../store/records';
import { queryWindow } from './query-window';
import { changesMethod, getMethod } from './standard';

const PROPERTIES = [
  ...['id', 'identityId', 'emailId', 'threadId', 'envelope', 'sendAt', 'undoStatus', 'deliveryStatus'],
  ...['dsnBlobIds', 'mdnBlobIds'],
];

/** EmailSubmission/get (RFC 8621 §7.1). */
export const submissionGet = getMethod('EmailSubmission', PROPERTIES, (account) => ({
  ids: () => account.submissions.keys(),
  one: (id) => {
    const submission = account.submissions.get(id);
    return submission === undefined ? undefined : submissionToJson(submission);
  },
}));

export const submissionChanges = changesMethod('EmailSubmission');

/** EmailSubmission/query (RFC 8621 §7.3): how a client finds out whether a message was accepted before a crash (S33). */
export const submissionQuery: Method = (args, context) => {
  const request = parseArguments(v.strictObject(queryArguments), args);
  const account = accountOf(request.accountId, context);
  const ids = [...account.submissions.values()]
    .filter((submission) => matches(submission, request.filter ?? {}))
    .sort((a, b) => a.sendAt - b.sendAt)
    .map((submission) => submission.id);
  return {
    accountId: request.accountId,
    queryState: account.state('EmailSubmission'),
    canCalculateChanges: false,
    ...queryWindow(ids, request),
  };
};

/** What is sent is sent: it cannot be undone, and delivery is known at once. */
export function submissionToJson(submission: SubmissionRecord): JsonObject {
  const envelope = {
    mailFrom: { ...submission.envelope.mailFrom, parameters: null },
    rcptTo: submission.envelope.rcptTo.map((recipient) => ({ ...recipient, parameters: null })),
  };
  const sendAt = utcDate(submission.sendAt);
  return { ...submission, envelope, sendAt, undoStatus: 'final', dsnBlobIds: [], mdnBlobIds: [] };
}

function matches(submission: SubmissionRecord, filter: JsonObject): boolean {
  if ('operator' in filter) {
    const conditions = Array.isArray(filter.conditions) ? filter.conditions.filter(isObject) : [];
    if (filter.operator === 'AND') return conditions.every((condition) => matches(submission, condition));
    if (filter.operator === 'OR') return conditions.some((condition) => matches(submission, condition));
    return !conditions.some((condition) => matches(submission, condition));
  }
  return Object.entries(filter).every(([name, value]) => {
    const ids: unknown[] = Array.isArray(value) ? value : [];
    if (name === 'emailIds') return ids.includes(submission.emailId);
    if (name === 'identityIds') return ids.includes(submission.identityId);
    if (name === 'threadIds') return ids.includes(submission.threadId);
    if (name === 'undoStatus') return value === 'final';
    if (name === 'before') return submission.sendAt < Date.parse(String(value));
    if (name === 'after') return submission.sendAt >= Date.parse(String(value));
    throw new MethodError('unsupportedFilter', name);
  });
}
