import { describe, expect, it } from 'vitest';
import {
  mailProviders,
  providerOfDomain,
  providerOfExchanger,
  providerOfServer,
} from '../../../src/model/mail-providers';

describe('the table of providers', () => {
  it.each([
    ['gmail.com', 'Gmail'],
    ['GoogleMail.com', 'Gmail'],
    ['outlook.com.br', 'Outlook'],
    ['hotmail.co.uk', 'Outlook'],
    ['contoso.onmicrosoft.com', 'Microsoft 365'],
    ['yahoo.co.jp', 'Yahoo'],
    ['icloud.com', 'iCloud'],
    ['qq.com', 'QQ Mail'],
    ['pm.me', 'Proton Mail'],
  ])('knows %s', (domain, name) => expect(providerOfDomain(domain)?.name).toBe(name));

  it.each(['outlook.example.org', 'live.evil.example', 'notgmail.com', 'gmail.com.example.org', 'yahoo.', 'com', ''])(
    'takes %s for nobody: anyone may own that',
    (domain) => expect(providerOfDomain(domain)).toBeUndefined(),
  );

  it('knows whose mail exchanger it is', () => {
    expect(providerOfExchanger('alt1.ASPMX.l.google.com.')?.name).toBe('Gmail');
    expect(providerOfExchanger('contoso-com.mail.protection.outlook.com')?.name).toBe('Microsoft 365');
    expect(providerOfExchanger('mx.evilgoogle.com')).toBeUndefined();
  });

  it('knows whose server it is; this computer is a bridge only by its port', () => {
    expect(providerOfServer({ host: 'smtp.gmail.com', port: 465 })?.name).toBe('Gmail');
    expect(providerOfServer({ host: 'outlook.office365.com', port: 993 })?.manner).toBe('oauth');
    expect(providerOfServer({ host: '127.0.0.1', port: 1143 })?.manner).toBe('bridge');
    expect(providerOfServer({ host: '127.0.0.1', port: 143 })).toBeUndefined();
  });

  it('names no server without encryption, and each domain once', () => {
    const domains = mailProviders.flatMap((provider) => provider.domains);
    expect(new Set(domains).size).toBe(domains.length);
    for (const { imap, smtp, help } of mailProviders) {
      expect([imap.security, smtp.security]).not.toContain('none');
      expect(help ?? 'https://').toMatch(/^https:\/\//);
    }
  });
});
