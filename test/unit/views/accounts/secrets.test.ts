import { describe, expect, it } from 'vitest';
import { accountOfKey } from '../../../../src/views/secrets';

describe('accountOfKey', () => {
  it('knows the keys of accounts from others', () => {
    expect(accountOfKey('mailpane.account.1f2e')).toBe('1f2e');
    expect(accountOfKey('mailpane.account.')).toBeNull();
    expect(accountOfKey('mailpane.other')).toBeNull();
  });
});
