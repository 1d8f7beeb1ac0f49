import * as v from 'valibot';

import { invalidProperties, SetFailure } from '../errors';
import { isObject, type JsonObject } from '../json';
import {
  accountOf,
  checkState,
  createdId,
  parseArguments,
  setArguments,
  type CallContext,
  type Method,
} from '../method';
import { parseAddresses } from '../mime/addresses';
import { parseHeader, type HeaderField } from '../mime/parse-message';
import type { Account } from '../store/account';
import type { SubmissionRecord } from '../store/records';
import { emailSet } from './email-set';
import { runSet } from './standard';
import { submissionToJson } from './submission';

/** EmailSubmission/set (RFC 8621 §7.5): hands the message to the local users among its recipients at once. */
export const submissionSet: Method = (args, context) => {
  const schema = v.strictObject({
    ...setArguments,
    onSuccessUpdateEmail: v.nullish(v.record(v.string(), v.record(v.string(), v.unknown()))),
    onSuccessDestroyEmail: v.nullish(v.array(v.string())),
  });
  const request = parseArguments(schema, args);
  const account = accountOf(request.accountId, context);
  const oldState = account.state('EmailSubmission');
  checkState(request.ifInState, oldState);
  const done = runSet(request, context, {
    create: (_, values) => submit(account, values, context),
    update: (id, patch) => {
      if (!account.submissions.has(id)) throw new SetFailure({ type: 'notFound' });
      if (patch.undoStatus === 'canceled') throw new SetFailure({ type: 'cannotUnsend' });
      throw invalidProperties('Only undoStatus can change', ...Object.keys(patch));
    },
    destroy: (id) => {
      if (!account.submissions.delete(id)) throw new SetFailure({ type: 'notFound' });
      account.logs.EmailSubmission.record(id, 'destroyed');
    },
  });
  account.commit();
  const update = afterSuccess(account, request.onSuccessUpdateEmail ?? {}, done, context);
  const destroy = afterSuccess(
    account,
    Object.fromEntries((request.onSuccessDestroyEmail ?? []).map((id) => [id, true])),
    done,
    context,
  );
  if (Object.keys(update).length + Object.keys(destroy).length > 0) {
    const response = emailSet({ accountId: account.id, update, destroy: Object.keys(destroy) }, context);
    context.implicit.push(['Email/set', response, '']);
  }
  return { accountId: request.accountId, oldState, newState: account.state('EmailSubmission'), ...done };
};

/** From submissions (`#creation` or ids) to their messages, for those that succeeded. */
function afterSuccess<T>(
  account: Account,
  wanted: Record<string, T>,
  done: JsonObject,
  context: CallContext,
): Record<string, T> {
  const created = isObject(done.created) ? done.created : {};
  const entries = Object.entries(wanted).flatMap(([key, value]): [string, T][] => {
    const isDone = key.startsWith('#') ? key.slice(1) in created : account.submissions.has(key);
    const emailId = isDone ? account.submissions.get(createdId(key, context))?.emailId : undefined;
    return emailId === undefined ? [] : [[emailId, value]];
  });
  return Object.fromEntries(entries);
}

function submit(account: Account, values: JsonObject, context: CallContext): JsonObject {
  const unknown = Object.keys(values).find((property) => !['identityId', 'emailId', 'envelope'].includes(property));
  if (unknown !== undefined) throw invalidProperties(`${unknown} cannot be set`, unknown);
  const identity = account.identities.get(String(values.identityId));
  if (identity === undefined) throw invalidProperties('There is no such identity', 'identityId');
  const email = account.emails.get(createdId(String(values.emailId), context));
  if (email === undefined) throw invalidProperties('There is no such message', 'emailId');
  const raw = account.blobs.get(email.blobId) ?? Buffer.alloc(0);
  const headers = parseHeader(raw);
  const [from] = addressesIn(headers, ['from']);
  if (from?.toLowerCase() !== identity.email.toLowerCase()) throw new SetFailure({ type: 'forbiddenFrom' });
  const envelope = envelopeOf(values.envelope, identity.email, headers);
  const recipients = [...new Set(envelope.rcptTo.map((recipient) => recipient.email))];
  if (recipients.length === 0) throw new SetFailure({ type: 'noRecipients' });
  const invalid = recipients.filter((recipient) => !/^[^\s@<>]+@[^\s@<>]+$/.test(recipient));
  if (invalid.length > 0) throw new SetFailure({ type: 'invalidRecipients', invalidRecipients: invalid });
  deliver(raw, envelope.mailFrom.email, recipients, context);
  const submission: SubmissionRecord = {
    id: account.newId('S'),
    identityId: identity.id,
    emailId: email.id,
    threadId: email.threadId,
    envelope,
    sendAt: Date.now(),
    deliveryStatus: Object.fromEntries(
      recipients.map((recipient) => [recipient, { smtpReply: '250 2.1.5 Ok', delivered: 'yes', displayed: 'unknown' }]),
    ),
  };
  account.submissions.set(submission.id, submission);
  account.logs.EmailSubmission.record(submission.id, 'created');
  const { identityId: _, emailId: __, ...serverSet } = submissionToJson(submission);
  return serverSet;
}

function envelopeOf(given: unknown, sender: string, headers: HeaderField[]): SubmissionRecord['envelope'] {
  const addresses = (list: unknown) =>
    (Array.isArray(list) ? list : []).filter(isObject).map(({ email }) => ({ email: String(email) }));
  if (given == null) {
    const rcptTo = addressesIn(headers, ['to', 'cc', 'bcc']).map((email) => ({ email }));
    return { mailFrom: { email: sender }, rcptTo };
  }
  const [mailFrom] = isObject(given) ? addresses([given.mailFrom]) : [];
  if (!isObject(given) || mailFrom === undefined) throw invalidProperties('Not an Envelope', 'envelope');
  return { mailFrom, rcptTo: addresses(given.rcptTo) };
}

function addressesIn(headers: HeaderField[], names: string[]): string[] {
  const fields = headers.filter(({ name }) => names.includes(name.toLowerCase()));
  return fields.flatMap(({ value }) => parseAddresses(value).map((address) => address.email));
}

/** To the inboxes of our own users; what goes elsewhere is noted. Nobody is shown the blind copies. */
function deliver(raw: Buffer, from: string, recipients: string[], { users, sentAway }: CallContext): void {
  const received = `Return-Path: <${from}>\r\nReceived: by embedded.test; ${new Date().toUTCString()}\r\n`;
  const text = raw.toString('latin1').replace(/^bcc:.*(?:\r?\n[ \t].*)*\r?\n/im, '');
  const delivered = Buffer.concat([Buffer.from(received), Buffer.from(text, 'latin1')]);
  const byName = new Map([...users].map((user) => [user.name.toLowerCase(), user]));
  const elsewhere: string[] = [];
  for (const recipient of recipients) {
    const account = byName.get(recipient.toLowerCase())?.account;
    const inbox = account?.mailboxByRole('inbox');
    if (account === undefined || inbox === undefined) {
      elsewhere.push(recipient);
      continue;
    }
    account.addEmail({ raw: delivered, mailboxIds: [inbox.id], keywords: [], receivedAt: Date.now() }, true);
    account.commit();
  }
  if (elsewhere.length > 0) sentAway({ from, to: elsewhere, raw: delivered });
}
