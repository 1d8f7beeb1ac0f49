import { createHash } from 'node:crypto';

import type { JsonObject } from './json';
import type { Limits } from './limits';
import { SORT_OPTIONS } from './methods/email-sort';
import { CORE, MAIL, SUBMISSION } from './methods/table';
import type { User } from './users';

/** What of the session a test may choose, at the start or later (`updateSession`). */
export type SessionSettings = {
  /** Both forms occur (S13): Cyrus answers relative ones. */
  urls: 'absolute' | 'relative';
  /** Where the API is; requests to an earlier place get 404. */
  apiPath: string;
  limits: Limits;
  /** Without it the session has no `eventSourceUrl`, and the client must poll. */
  push: boolean;
  /** Without it the account cannot send. */
  submission: boolean;
};

/** Changes with whatever the session shows (RFC 8620 §2). */
export function sessionState(settings: SessionSettings): string {
  return createHash('sha1').update(JSON.stringify(settings)).digest('hex').slice(0, 12);
}

/** The Session object of a user (RFC 8620 §2). @param origin such as `http://127.0.0.1:4711` */
export function sessionResource(user: User, settings: SessionSettings, origin: string): JsonObject {
  const { account } = user;
  const base = settings.urls === 'absolute' ? origin : '';
  const mail = {
    maxMailboxesPerEmail: null,
    maxMailboxDepth: null,
    maxSizeMailboxName: 255,
    maxSizeAttachmentsPerEmail: settings.limits.maxSizeUpload,
    emailQuerySortOptions: SORT_OPTIONS,
    mayCreateTopLevelMailbox: true,
  };
  const submission = settings.submission ? { [SUBMISSION]: { maxDelayedSend: 0, submissionExtensions: {} } } : {};
  return {
    capabilities: {
      [CORE]: { ...settings.limits, collationAlgorithms: ['i;ascii-casemap', 'i;unicode-casemap'] },
      [MAIL]: {},
      ...(settings.submission ? { [SUBMISSION]: {} } : {}),
    },
    accounts: {
      [account.id]: {
        name: account.name,
        isPersonal: true,
        isReadOnly: false,
        accountCapabilities: { [CORE]: {}, [MAIL]: mail, ...submission },
      },
    },
    primaryAccounts: {
      [CORE]: account.id,
      [MAIL]: account.id,
      ...(settings.submission ? { [SUBMISSION]: account.id } : {}),
    },
    username: user.name,
    apiUrl: `${base}${settings.apiPath}`,
    downloadUrl: `${base}/jmap/download/{accountId}/{blobId}/{name}?accept={type}`,
    uploadUrl: `${base}/jmap/upload/{accountId}/`,
    ...(settings.push
      ? { eventSourceUrl: `${base}/jmap/eventsource/?types={types}&closeafter={closeafter}&ping={ping}` }
      : {}),
    state: sessionState(settings),
  };
}
