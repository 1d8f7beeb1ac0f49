import { describe, expect, it } from 'vitest';
import { authorizationHeader } from '../../../../src/sync/jmap/authorization';
import { readLimits } from '../../../../src/sync/jmap/limits';
import { expandTemplate } from '../../../../src/sync/jmap/server-url';
import { mailAccountOf, parseSession } from '../../../../src/sync/jmap/session';
import { thrownBy } from './failing';

const core = 'urn:ietf:params:jmap:core';
const mail = 'urn:ietf:params:jmap:mail';
const base = new URL('https://mail.example.test/jmap/session');

function session(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    capabilities: { [core]: { maxObjectsInGet: 100 }, [mail]: {} },
    accounts: { A1: { name: 'alice@example.test', accountCapabilities: { [mail]: {} } } },
    primaryAccounts: { [mail]: 'A1' },
    username: 'alice',
    state: 's1',
    apiUrl: 'https://mail.example.test/jmap/api/',
    downloadUrl: '/jmap/download/{accountId}/{blobId}/{name}?accept={type}',
    uploadUrl: 'upload/{accountId}/',
    eventSourceUrl: '//push.example.test/events?types={types}&closeafter={closeafter}&ping={ping}',
    ...overrides,
  };
}

describe('S13: URLs of a session', () => {
  it('relative and absolute ones become absolute, and templates keep their variables', () => {
    expect(parseSession(session(), base, 'not-jmap')).toMatchObject({
      apiUrl: 'https://mail.example.test/jmap/api/',
      downloadUrl: 'https://mail.example.test/jmap/download/{accountId}/{blobId}/{name}?accept={type}',
      uploadUrl: 'https://mail.example.test/jmap/upload/{accountId}/',
      eventSourceUrl: 'https://push.example.test/events?types={types}&closeafter={closeafter}&ping={ping}',
    });
  });

  it.each([
    ['http://mail.example.test/api', 'insecure'],
    ['ftp://mail.example.test/api', 'protocol'],
    ['https://', 'protocol'],
  ])('an API at %s is refused', (apiUrl, reason) => {
    expect(thrownBy(() => parseSession(session({ apiUrl }), base, 'not-jmap')).reason).toBe(reason);
  });

  it('without push, uploads or downloads it is still a session', () => {
    const parsed = parseSession(
      session({ eventSourceUrl: undefined, uploadUrl: null, downloadUrl: 5 }),
      base,
      'not-jmap',
    );
    expect(parsed).toMatchObject({ eventSourceUrl: null, uploadUrl: null, downloadUrl: null });
  });

  it('values of a template are encoded, whatever is in them', () => {
    expect(expandTemplate('/d/{name}/{missing}?t={type}', { name: "a/b ?#'ä", type: 'text/plain' })).toBe(
      '/d/a%2Fb%20%3F%23%27%C3%A4/?t=text%2Fplain',
    );
    expect(expandTemplate('{name}', { name: 'half \ud83d' })).toBe('half%20%EF%BF%BD');
  });
});

describe('a session', () => {
  it.each([
    ['no object', []],
    ['null', null],
    ['no apiUrl', session({ apiUrl: undefined })],
    ['an empty apiUrl', session({ apiUrl: '' })],
    ['no core capability', session({ capabilities: {} })],
    ['accounts of a wrong type', session({ accounts: 'all' })],
    ['an account of a wrong type', session({ accounts: { A1: 5 } })],
  ])('is none with %s', (_, json) => {
    expect(thrownBy(() => parseSession(json, base, 'not-jmap')).reason).toBe('not-jmap');
    expect(thrownBy(() => parseSession(json, base, 'protocol')).reason).toBe('protocol');
  });

  it('may contain more than we know, and nonsense where nothing depends on it', () => {
    const odd = session({ username: 5, state: null, primaryAccounts: { [mail]: 'A1', other: 7 }, extra: [1] });
    expect(parseSession(odd, base, 'not-jmap')).toMatchObject({ username: '', primaryAccounts: { [mail]: 'A1' } });
  });

  it('gives the primary account for mail, else the first that has mail', () => {
    const accounts = { C: { accountCapabilities: {} }, M: { accountCapabilities: { [mail]: {} } }, N: {} };
    const accountOf = (primary: unknown) =>
      mailAccountOf(parseSession(session({ accounts, primaryAccounts: primary }), base, 'not-jmap'), base.host);
    expect(accountOf({ [mail]: 'N' })).toBe('N');
    expect(accountOf({ [mail]: 'gone' })).toBe('M');
    expect(accountOf(undefined)).toBe('M');
  });

  it('without a mail account says so: Cyrus shows none before the first sign-in by IMAP', () => {
    const parsed = parseSession(session({ accounts: {}, primaryAccounts: {} }), base, 'not-jmap');
    expect(thrownBy(() => mailAccountOf(parsed, base.host)).message).toContain('no mail account');
  });
});

describe('limits', () => {
  it('S7: are kept within sane bounds, whatever the server says', () => {
    const absurd = { maxObjectsInGet: 1e9, maxObjectsInSet: 0, maxCallsInRequest: -1, maxSizeRequest: Number.NaN };
    expect(readLimits({ ...absurd, maxConcurrentRequests: '4' })).toEqual({
      maxObjectsInGet: 4096,
      maxObjectsInSet: 500,
      maxCallsInRequest: 16,
      maxSizeRequest: 10_000_000,
      maxConcurrentRequests: 4,
      maxSizeUpload: 50_000_000,
    });
    expect(readLimits({ maxObjectsInGet: 7.9, maxConcurrentRequests: 1 })).toMatchObject({
      maxObjectsInGet: 7,
      maxConcurrentRequests: 1,
    });
    expect(readLimits(null).maxObjectsInGet).toBe(500);
  });
});

describe('credentials', () => {
  it('Basic is UTF-8', () => {
    const header = authorizationHeader({ auth: 'basic', username: 'jürgen@example.test' }, 'pässwörd:1');
    expect(Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8')).toBe(
      'jürgen@example.test:pässwörd:1',
    );
  });

  it('Bearer takes a pasted token, and refuses what cannot be one', () => {
    expect(authorizationHeader({ auth: 'bearer', username: '' }, ' abc.def\n')).toBe('Bearer abc.def');
    for (const token of ['', 'two words', 'ключ', 'a\r\nX-Evil: 1']) {
      expect(thrownBy(() => authorizationHeader({ auth: 'bearer', username: '' }, token)).reason).toBe('auth');
    }
  });

  it('a colon in a user name would move the rest into the password', () => {
    expect(thrownBy(() => authorizationHeader({ auth: 'basic', username: 'a:b' }, 'c')).reason).toBe('auth');
  });
});
