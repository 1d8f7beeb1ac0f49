import { describe, expect, it } from 'vitest';
import type { Discovered } from '../../../../src/engine/api';
import type { JmapSettings } from '../../../../src/model/account';
import type { AccountId } from '../../../../src/model/ids';
import {
  draftOf,
  emailOf,
  emptyDraft,
  mayReuseSecret,
  settingsOf,
  withServer,
} from '../../../../src/views/accounts/account-draft';
import { isWorthRepeating, stepToCorrect } from '../../../../src/views/accounts/step-to-correct';

const settings: JmapSettings = {
  protocol: 'jmap',
  sessionUrl: 'https://jmap.example.org/session',
  auth: 'basic',
  username: 'ada@example.org',
};
const discovered: Discovered = { settings, email: 'ada@example.org', found: 'by .well-known' };

describe('an account draft', () => {
  it('takes over what was found', () => {
    const draft = withServer({ ...emptyDraft, address: 'ada@example.org' }, discovered);
    expect(settingsOf(draft)).toEqual(settings);
    expect(emailOf(draft)).toBe('ada@example.org');
  });

  it('keeps a user name that was typed for the same server, and drops it for another', () => {
    const typed = { ...withServer(emptyDraft, discovered), username: 'ada' };
    expect(withServer(typed, discovered).username).toBe('ada');
    const other = { ...discovered, settings: { ...settings, sessionUrl: 'https://other.example.org/' } };
    expect(withServer(typed, other).username).toBe('ada@example.org');
  });

  it('keeps no user name beside a token', () => {
    expect(settingsOf({ ...withServer(emptyDraft, discovered), auth: 'bearer' }).username).toBe('');
  });

  it('finds the address in what was answered', () => {
    expect(emailOf({ ...emptyDraft, address: 'https://x.org', username: 'ada@example.org' })).toBe('ada@example.org');
    expect(emailOf({ ...emptyDraft, address: 'jmap.example.org', username: 'ada' })).toBe('ada');
  });

  it('starts from an account without any secret', () => {
    const draft = draftOf({ id: 'a' as AccountId, name: 'Work', email: 'ada@example.org', settings });
    expect(draft).toMatchObject({ name: 'Work', username: 'ada@example.org', secret: '' });
    expect(settingsOf(draft)).toEqual(settings);
  });
});

describe('stepToCorrect', () => {
  it('sends a wrong password to the password', () => expect(stepToCorrect('auth', emptyDraft)).toBe('secret'));

  it.each(['host-not-found', 'tls', 'not-jmap', 'insecure'] as const)(
    'sends %s to where the server was named',
    (reason) => {
      expect(stepToCorrect(reason, emptyDraft)).toBe('server');
      expect(stepToCorrect(reason, { ...emptyDraft, byHand: true })).toBe('session-url');
    },
  );

  it.each(['timeout', 'offline', 'server'] as const)('lets one try again after %s', (reason) => {
    expect(stepToCorrect(reason, emptyDraft)).toBe('secret');
  });
});

describe('isWorthRepeating', () => {
  it('tells what passes from what does not', () => {
    expect(isWorthRepeating('offline')).toBe(true);
    expect(isWorthRepeating('timeout')).toBe(true);
    expect(isWorthRepeating('host-not-found')).toBe(false);
  });
});

describe('mayReuseSecret', () => {
  it('lets a kept password go to the same server and user only', () => {
    expect(mayReuseSecret(settings, { ...settings, sessionUrl: 'https://jmap.example.org/other' })).toBe(true);
    expect(mayReuseSecret(settings, { ...settings, sessionUrl: 'https://evil.example/session' })).toBe(false);
    expect(mayReuseSecret(settings, { ...settings, username: 'grace' })).toBe(false);
    expect(mayReuseSecret(settings, { ...settings, auth: 'bearer', username: '' })).toBe(false);
  });
});
