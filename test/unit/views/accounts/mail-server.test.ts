import { describe, expect, it } from 'vitest';
import type { MailServer } from '../../../../src/model/account';
import {
  hostAndPort,
  isLoopbackServer,
  parseMailServer,
  withSecurity,
} from '../../../../src/views/accounts/mail-server';

const server = (host: string, port: number, security: MailServer['security']): MailServer => ({
  host,
  port,
  security,
  pinnedCertificate: null,
});

describe('parseMailServer', () => {
  it.each([
    ['imap.example.org', server('imap.example.org', 993, 'tls')],
    ['  IMAP.Example.org:993 ', server('imap.example.org', 993, 'tls')],
    ['mail.example.org:143', server('mail.example.org', 143, 'starttls')],
    ['mail.example.org:443', server('mail.example.org', 443, 'tls')],
    ['bücher.example', server('xn--bcher-kva.example', 993, 'tls')],
    ['[::1]:1143', server('::1', 1143, 'starttls')],
    ['127.0.0.1:1143', server('127.0.0.1', 1143, 'starttls')],
  ])('takes %s', (text, parsed) => expect(parseMailServer(text, 'imap')).toEqual(parsed));

  it('takes the usual port of sending', () => {
    expect(parseMailServer('smtp.example.org', 'smtp')).toEqual(server('smtp.example.org', 465, 'tls'));
    expect(parseMailServer('smtp.example.org:587', 'smtp')).toEqual(server('smtp.example.org', 587, 'starttls'));
  });

  it.each([
    '',
    'two words',
    'https://example.org',
    'me@example.org',
    'example.org/x',
    'example.org:0',
    'example.org:x',
  ])('refuses "%s"', (text) => expect(parseMailServer(text, 'imap')).toBeNull());
  it('refuses a port that is none', () => expect(parseMailServer('example.org:99999', 'imap')).toBeNull());
});

describe('a mail server', () => {
  it('moves to the usual port of another encryption, and stays at one that was chosen', () => {
    expect(withSecurity(server('a', 993, 'tls'), 'imap', 'starttls').port).toBe(143);
    expect(withSecurity(server('a', 587, 'starttls'), 'smtp', 'tls').port).toBe(465);
    expect(withSecurity(server('a', 9930, 'tls'), 'imap', 'starttls').port).toBe(9930);
  });

  it('is typed as it is shown', () => {
    for (const one of [
      server('a.example', 993, 'tls'),
      server('a.example', 143, 'starttls'),
      server('::1', 1143, 'starttls'),
    ]) {
      expect(parseMailServer(hostAndPort(one, 'imap'), 'imap')).toEqual(one);
    }
    expect(hostAndPort(server('a.example', 993, 'tls'), 'imap')).toBe('a.example');
  });

  it('may go without encryption on this machine only', () => {
    expect(isLoopbackServer({ host: '::1' })).toBe(true);
    expect(isLoopbackServer({ host: '127.0.0.1' })).toBe(true);
    expect(isLoopbackServer({ host: '127.0.0.1.example.org' })).toBe(false);
  });
});
