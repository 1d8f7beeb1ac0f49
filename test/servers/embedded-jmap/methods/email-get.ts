import * as v from 'valibot';

import { accountOf, countArgument, getArguments, parseArguments, type Method } from '../method';
import { checkFields, defaultBodyProperties, defaultProperties, emailToJson } from './email-json';
import { changesMethod, findAll } from './standard';

/** Email/get (RFC 8621 §4.2). */
export const emailGet: Method = (args, context) => {
  const schema = v.strictObject({
    ...getArguments,
    bodyProperties: v.nullish(v.array(v.string())),
    fetchTextBodyValues: v.optional(v.boolean(), false),
    fetchHTMLBodyValues: v.optional(v.boolean(), false),
    fetchAllBodyValues: v.optional(v.boolean(), false),
    maxBodyValueBytes: v.optional(countArgument, 0),
  });
  const request = parseArguments(schema, args);
  const account = accountOf(request.accountId, context);
  const fields = {
    ...request,
    properties: request.properties ?? defaultProperties,
    bodyProperties: request.bodyProperties ?? defaultBodyProperties,
  };
  checkFields(fields);
  const allIds = () => account.emails.keys();
  const { list, notFound } = findAll(request.ids ?? null, allIds, context, (id) => {
    const email = account.emails.get(id);
    return email === undefined ? undefined : emailToJson(email, account, fields);
  });
  return { accountId: request.accountId, state: account.state('Email'), list, notFound };
};

export const emailChanges = changesMethod('Email');
