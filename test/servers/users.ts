/** The people every test server knows. */
export interface TestUser {
  /** Also the login name. */
  readonly email: string;
  readonly password: string;
}

export const users = {
  alice: { email: 'alice@example.test', password: 'secret-alice' },
  bob: { email: 'bob@example.test', password: 'secret-bob' },
  carol: { email: 'carol@example.test', password: 'secret-carol' },
} as const satisfies Record<string, TestUser>;

/** The user with this address, whatever its case and with or without a `+detail`; undefined when there is none. */
export function userByAddress(address: string): TestUser | undefined {
  const plain = address.toLowerCase().replace(/\+[^@]*@/, '@');
  return Object.values(users).find((user) => user.email === plain);
}
