import type { Method } from '../method';
import { emailChanges, emailGet } from './email-get';
import { emailImport } from './email-import';
import { emailQuery, emailQueryChanges } from './email-query';
import { emailSet } from './email-set';
import { identityChanges, identityGet } from './identity';
import { mailboxChanges, mailboxGet, mailboxQuery, mailboxQueryChanges } from './mailbox';
import { mailboxSet } from './mailbox-set';
import { searchSnippetGet } from './search-snippet';
import { submissionChanges, submissionGet, submissionQuery } from './submission';
import { submissionSet } from './submission-set';
import { threadChanges, threadGet } from './thread';

export const CORE = 'urn:ietf:params:jmap:core';
export const MAIL = 'urn:ietf:params:jmap:mail';
export const SUBMISSION = 'urn:ietf:params:jmap:submission';

/** Each method, and the capability without which nobody may call it (RFC 8620 §3.3). */
export const methods = new Map<string, { capability: string; run: Method }>([
  ['Core/echo', { capability: CORE, run: (args) => args }],
  ['Mailbox/get', { capability: MAIL, run: mailboxGet }],
  ['Mailbox/changes', { capability: MAIL, run: mailboxChanges }],
  ['Mailbox/query', { capability: MAIL, run: mailboxQuery }],
  ['Mailbox/queryChanges', { capability: MAIL, run: mailboxQueryChanges }],
  ['Mailbox/set', { capability: MAIL, run: mailboxSet }],
  ['Email/get', { capability: MAIL, run: emailGet }],
  ['Email/changes', { capability: MAIL, run: emailChanges }],
  ['Email/query', { capability: MAIL, run: emailQuery }],
  ['Email/queryChanges', { capability: MAIL, run: emailQueryChanges }],
  ['Email/set', { capability: MAIL, run: emailSet }],
  ['Email/import', { capability: MAIL, run: emailImport }],
  ['Thread/get', { capability: MAIL, run: threadGet }],
  ['Thread/changes', { capability: MAIL, run: threadChanges }],
  ['SearchSnippet/get', { capability: MAIL, run: searchSnippetGet }],
  ['Identity/get', { capability: SUBMISSION, run: identityGet }],
  ['Identity/changes', { capability: SUBMISSION, run: identityChanges }],
  ['EmailSubmission/get', { capability: SUBMISSION, run: submissionGet }],
  ['EmailSubmission/changes', { capability: SUBMISSION, run: submissionChanges }],
  ['EmailSubmission/query', { capability: SUBMISSION, run: submissionQuery }],
  ['EmailSubmission/set', { capability: SUBMISSION, run: submissionSet }],
]);
