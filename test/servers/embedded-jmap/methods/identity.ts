import { changesMethod, getMethod } from './standard';

const PROPERTIES = ['id', 'name', 'email', 'replyTo', 'bcc', 'textSignature', 'htmlSignature', 'mayDelete'];

/** Identity/get (RFC 8621 §6.1). */
export const identityGet = getMethod('Identity', PROPERTIES, (account) => ({
  ids: () => account.identities.keys(),
  one: (id) => {
    const identity = account.identities.get(id);
    if (identity === undefined) return undefined;
    return { ...identity, replyTo: null, bcc: null, textSignature: '', htmlSignature: '', mayDelete: false };
  },
}));

export const identityChanges = changesMethod('Identity');
