import * as v from 'valibot';

import { unescapePointer } from '../back-references';
import { invalidProperties, SetFailure } from '../errors';
import type { JsonObject } from '../json';
import {
  accountOf,
  checkState,
  createdId,
  parseArguments,
  setArguments,
  type CallContext,
  type Method,
} from '../method';
import type { Account } from '../store/account';
import type { EmailRecord } from '../store/records';
import { createEmail } from './email-create';
import { checkKeywords, checkMailboxIds, toSet } from './email-set-values';
import { runSet } from './standard';

/** Email/set (RFC 8621 §4.6). */
export const emailSet: Method = (args, context) => {
  const request = parseArguments(v.strictObject(setArguments), args);
  const account = accountOf(request.accountId, context);
  const oldState = account.state('Email');
  checkState(request.ifInState, oldState);
  const done = runSet(request, context, {
    create: (_, values) => createEmail(account, values, context),
    update: (id, patch) => {
      updateEmail(account, find(account, id), patch, context);
      return null;
    },
    destroy: (id) => account.destroyEmail(find(account, id)),
  });
  account.commit();
  return { accountId: request.accountId, oldState, newState: account.state('Email'), ...done };
};

function find(account: Account, id: string): EmailRecord {
  const email = account.emails.get(id);
  if (email === undefined) throw new SetFailure({ type: 'notFound' });
  return email;
}

/** Applies a PatchObject (RFC 8620 §5.3): nothing but keywords and mailboxIds of an Email can change. */
function updateEmail(account: Account, email: EmailRecord, patch: JsonObject, context: CallContext): void {
  const keywords = patchSet(email.keywords, 'keywords', patch, (key) => key.toLowerCase());
  const mailboxIds = patchSet(email.mailboxIds, 'mailboxIds', patch, (key) => createdId(key, context));
  const readOnly = Object.keys(patch).filter((path) => !/^(?:keywords|mailboxIds)(?:\/|$)/.test(path));
  if (readOnly.length > 0) throw invalidProperties('Only keywords and mailboxIds can change', ...readOnly);
  if (keywords !== undefined) checkKeywords(keywords);
  if (mailboxIds !== undefined) checkMailboxIds(mailboxIds, account);
  if (same(keywords, email.keywords) && same(mailboxIds, email.mailboxIds)) return;
  account.updateEmail(email, {
    ...(keywords === undefined ? {} : { keywords }),
    ...(mailboxIds === undefined ? {} : { mailboxIds }),
  });
}

/** A change that changes nothing makes no new state. */
function same(next: Set<string> | undefined, current: Set<string>): boolean {
  return next === undefined || (next.size === current.size && [...next].every((key) => current.has(key)));
}

function patchSet(
  current: Set<string>,
  property: string,
  patch: JsonObject,
  normalise: (key: string) => string,
): Set<string> | undefined {
  const whole = patch[property];
  const paths = Object.entries(patch).filter(([path]) => path.startsWith(`${property}/`));
  if (whole !== undefined && paths.length > 0) {
    throw new SetFailure({ type: 'invalidPatch', description: `${property} is patched twice` });
  }
  if (whole !== undefined) return toSet(property, whole, normalise);
  if (paths.length === 0) return undefined;
  const result = new Set(current);
  for (const [path, value] of paths) {
    const [, token = '', ...deeper] = path.split('/');
    if (deeper.length > 0) throw new SetFailure({ type: 'invalidPatch', description: `${path} leads nowhere` });
    const key = normalise(unescapePointer(token));
    if (value === true) result.add(key);
    else if (value === null) result.delete(key);
    else throw invalidProperties(`${path} must be true or null`, path);
  }
  return result;
}
