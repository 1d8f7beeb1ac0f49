import * as v from 'valibot';

import { invalidProperties, SetFailure } from '../errors';
import type { JsonObject } from '../json';
import { accountOf, checkState, createdId, idArgument, parseArguments, type CallContext, type Method } from '../method';
import { parseHeader } from '../mime/parse-message';
import type { Account } from '../store/account';
import { checkKeywords, checkMailboxIds, receivedTime, toSet } from './email-set-values';
import { runSet } from './standard';

/** Email/import (RFC 8621 §4.8). */
export const emailImport: Method = (args, context) => {
  const schema = v.strictObject({
    accountId: idArgument,
    ifInState: v.nullish(v.string()),
    emails: v.record(idArgument, v.record(v.string(), v.unknown())),
  });
  const request = parseArguments(schema, args);
  const account = accountOf(request.accountId, context);
  const oldState = account.state('Email');
  checkState(request.ifInState, oldState);
  const { created, notCreated } = runSet({ create: request.emails }, context, {
    create: (_, values) => importEmail(account, values, context),
    update: () => null,
    destroy: () => undefined,
  });
  account.commit();
  return { accountId: request.accountId, oldState, newState: account.state('Email'), created, notCreated };
};

function importEmail(account: Account, values: JsonObject, context: CallContext): JsonObject {
  const unknown = Object.keys(values).find(
    (property) => !['blobId', 'mailboxIds', 'keywords', 'receivedAt'].includes(property),
  );
  if (unknown !== undefined) throw invalidProperties(`${unknown} cannot be set`, unknown);
  const mailboxIds = toSet('mailboxIds', values.mailboxIds ?? {}, (id) => createdId(id, context));
  checkMailboxIds(mailboxIds, account);
  const keywords = toSet('keywords', values.keywords ?? {}, (keyword) => keyword.toLowerCase());
  checkKeywords(keywords);
  const raw = typeof values.blobId === 'string' ? account.blobs.get(values.blobId) : undefined;
  if (raw === undefined) throw invalidProperties('There is no such blob', 'blobId');
  const headers = parseHeader(raw);
  if (headers.length === 0) throw new SetFailure({ type: 'invalidEmail', description: 'The blob is not a message' });
  const receivedAt = receivedTime(values.receivedAt);
  const email = account.addEmail({ raw, mailboxIds, keywords, receivedAt });
  return { id: email.id, blobId: email.blobId, threadId: email.threadId, size: email.size };
}
