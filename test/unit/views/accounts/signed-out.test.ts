import { describe, expect, it } from 'vitest';
import type { AccountSummary } from '../../../../src/engine/api';
import type { AccountStatus } from '../../../../src/model/account';
import type { AccountId } from '../../../../src/model/ids';
import { newlySignedOut } from '../../../../src/views/accounts/signed-out';

const signedOut: AccountStatus = { state: 'signed-out', message: 'wrong password', details: '' };

function account(id: string, status: AccountStatus): AccountSummary {
  const settings = { protocol: 'jmap', sessionUrl: 'https://x.org/', auth: 'basic', username: id } as const;
  return { account: { id: id as AccountId, name: id, email: `${id}@x.org`, settings }, status };
}

/** How often each state in turn is told. */
function told(states: readonly AccountStatus[]): number[] {
  let known: ReadonlySet<AccountId> = new Set();
  return states.map((status) => {
    const { all, fresh } = newlySignedOut(known, [account('a', status)]);
    known = all;
    return fresh.length;
  });
}

describe('newlySignedOut', () => {
  it('tells each account once', () => expect(told([{ state: 'idle' }, signedOut, signedOut])).toEqual([0, 1, 0]));

  it('does not tell again after an attempt that fails the same way', () =>
    expect(told([signedOut, { state: 'connecting' }, signedOut])).toEqual([1, 0, 0]));

  it('tells again after it had been signed in', () =>
    expect(told([signedOut, { state: 'connecting' }, { state: 'idle' }, signedOut])).toEqual([1, 0, 0, 1]));

  it('tells accounts apart', () => {
    const { fresh } = newlySignedOut(new Set(['a' as AccountId]), [account('a', signedOut), account('b', signedOut)]);
    expect(fresh.map(({ account: { id } }) => id)).toEqual(['b']);
  });
});
