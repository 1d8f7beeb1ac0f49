import { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';

import type { Account } from './store/account';

/** Somebody who can log in, with the one account that is theirs. */
export type User = {
  /** Also the address at which other users' mail arrives. */
  name: string;
  password: string;
  /** Accepted as `Authorization: Bearer`. A test takes one out to let it expire. */
  tokens: Set<string>;
  account: Account;
};

/** Who is asking (RFC 8620 §1.7, Basic or Bearer), or undefined if nobody that we know. */
export function authenticate(headers: IncomingHttpHeaders, users: Iterable<User>): User | undefined {
  const [, scheme = '', credentials = ''] = /^(\w+) +(.*)$/.exec(headers.authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return [...users].find((user) => user.tokens.has(credentials));
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const [, name, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(credentials, 'base64').toString('utf8')) ?? [];
  return [...users].find((user) => user.name === name && user.password === password);
}
