import { describe, expect, it } from 'vitest';
import { hostIn, parseSessionUrl, sameOrigin, serverFacts } from '../../../../src/views/accounts/server-url';

describe('parseSessionUrl', () => {
  it.each([
    ['https://jmap.example.org/session', 'https://jmap.example.org/session'],
    ['  https://jmap.example.org/session?v=1#here ', 'https://jmap.example.org/session?v=1'],
    ['jmap.example.org', 'https://jmap.example.org/.well-known/jmap'],
    ['jmap.example.org:8443', 'https://jmap.example.org:8443/.well-known/jmap'],
    ['https://jmap.example.org/', 'https://jmap.example.org/.well-known/jmap'],
    ['http://127.0.0.1:8080/jmap', 'http://127.0.0.1:8080/jmap'],
    ['http://[::1]:8080/jmap', 'http://[::1]:8080/jmap'],
    ['http://localhost/jmap', 'http://localhost/jmap'],
    // `URL` reads the decimal form of an IPv4 address: it is what it is, not what it looks like.
    ['http://2130706433/jmap', 'http://127.0.0.1/jmap'],
  ])('takes %s', (text, url) => expect(parseSessionUrl(text)).toEqual({ url }));

  it.each([
    ['http://jmap.example.org/', 'insecure'],
    ['http://127.0.0.1.example.org/', 'insecure'],
    ['http://localhost.example.org/', 'insecure'],
    ['ftp://example.org/', 'not-a-url'],
    ['javascript:alert(1)', 'not-a-url'],
    ['', 'not-a-url'],
    ['two words', 'not-a-url'],
    ['https://', 'not-a-url'],
    ['https://me:secret@example.org/jmap', 'has-credentials'],
    ['me@example.org', 'has-credentials'],
  ])('refuses %s', (text, problem) => expect(parseSessionUrl(text)).toEqual({ problem }));
});

describe('serverFacts', () => {
  it('shows host, port and encryption', () => {
    expect(serverFacts('https://jmap.example.org/x')).toEqual({ host: 'jmap.example.org', encrypted: true });
    expect(serverFacts('http://127.0.0.1:8080/x')).toEqual({ host: '127.0.0.1:8080', encrypted: false });
  });

  it('shows a look-alike host as what it is', () => {
    expect(serverFacts('https://ехample.org/').host).toMatch(/^xn--/);
  });
});

describe('hostIn', () => {
  it.each([
    ['ada@example.org', 'example.org'],
    ['"a@b"@example.org', 'example.org'],
    ['jmap.example.org', 'jmap.example.org'],
    ['https://jmap.example.org:8443/a@b', 'jmap.example.org:8443'],
  ])('finds the host in %s', (address, host) => expect(hostIn(address)).toBe(host));
});

describe('sameOrigin', () => {
  it('tells scheme, host and port apart, not the path', () => {
    expect(sameOrigin('https://a.org/1', 'https://a.org:443/2')).toBe(true);
    expect(sameOrigin('https://a.org/', 'http://a.org/')).toBe(false);
    expect(sameOrigin('https://a.org/', 'https://a.org:8443/')).toBe(false);
  });
});
