import { describe, expect, it } from 'vitest';
import { parseServerAddress } from '../../../../src/sync/discovery/address';
import { SyncError } from '../../../../src/sync/sync-error';

describe('what a person gives to find a server by', () => {
  it.each([
    ['alice@example.com', { email: 'alice@example.com', hostname: 'example.com', port: null, url: null }],
    ['  alice@Example.COM. ', { email: 'alice@Example.COM', hostname: 'example.com' }],
    ['Alice Liddell <alice@example.com>', { email: 'alice@example.com', hostname: 'example.com' }],
    ['mailto:alice@example.com', { email: 'alice@example.com', hostname: 'example.com' }],
    ['"a@b"@example.com', { email: '"a@b"@example.com', hostname: 'example.com' }],
    ['jürgen@bücher.example', { email: 'jürgen@bücher.example', hostname: 'xn--bcher-kva.example' }],
    ['example.com', { email: '', hostname: 'example.com', port: null }],
    ['mail.example.com:8443', { email: '', hostname: 'mail.example.com', port: 8443 }],
    ['mail.example.com:443', { email: '', hostname: 'mail.example.com', port: 443 }],
    ['alice@localhost:8080', { email: 'alice@localhost', hostname: 'localhost', port: 8080 }],
    ['127.0.0.1:8080', { email: '', hostname: '127.0.0.1', port: 8080 }],
    ['[::1]:8080', { email: '', hostname: '[::1]', port: 8080 }],
    ['https://mail.example.com', { hostname: 'mail.example.com', port: null, url: null }],
    ['HTTPS://Mail.Example.com:8443/', { hostname: 'mail.example.com', port: 8443, url: null }],
  ])('%s', (text, expected) => {
    expect(parseServerAddress(text)).toMatchObject(expected);
  });

  it('a URL of a session is kept as it is, without its fragment', () => {
    const { url, email } = parseServerAddress('https://mail.example.com/jmap/session?v=1#top');
    expect(url?.href).toBe('https://mail.example.com/jmap/session?v=1');
    expect(email).toBe('');
  });

  it.each([
    [''],
    ['   '],
    ['@'],
    ['alice@'],
    ['@example.com'],
    ['alice@exa mple.com'],
    ['alice@example.com/path'],
    ['alice@-example.com'],
    ['alice@example..com'],
    ['alice@example.com:99999'],
    ['alice@[not an address]'],
    ['ftp://example.com/'],
    ['https://'],
    ['javascript://example.com/%0aalert(1)'],
    ['a'.repeat(5000)],
    ['alice@example.com\nX: y'],
    ['alice@exa\u0000mple.com'],
    [`${'a.'.repeat(200)}com`],
  ])('%j is refused with a sentence', (text) => {
    const parse = (): unknown => parseServerAddress(text);
    expect(parse).toThrow(SyncError);
    expect(parse).toThrow(/[.:]$|Enter/);
  });

  it('a URL with a password in it is refused, and not repeated', () => {
    try {
      parseServerAddress('https://alice:hunter2@example.com/');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ reason: 'insecure' });
      expect(String(error)).not.toContain('hunter2');
    }
  });
});
