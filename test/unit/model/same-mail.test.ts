import { describe, expect, it } from 'vitest';
import type { AccountSettings, ImapSettings, JmapSettings, MailServer } from '../../../src/model/account';
import { isSameMail } from '../../../src/model/same-mail';

const server: MailServer = { host: 'mail.example.org', port: 993, security: 'tls', pinnedCertificate: null };
const imap: ImapSettings = { protocol: 'imap', imap: server, smtp: null, username: 'alice' };
const jmap: JmapSettings = {
  protocol: 'jmap',
  sessionUrl: 'https://mail.example.org/.well-known/jmap',
  auth: 'basic',
  username: 'alice',
};
const bridge: ImapSettings = { ...imap, imap: { ...server, host: '127.0.0.1', port: 1143, security: 'starttls' } };
const local: JmapSettings = { ...jmap, sessionUrl: 'http://localhost:8080/jmap' };

describe('changed settings of an account', () => {
  it.each<[string, AccountSettings, AccountSettings]>([
    ['port and encryption', imap, { ...imap, imap: { ...server, port: 143, security: 'starttls' } }],
    ['a pinned certificate', imap, { ...imap, imap: { ...server, pinnedCertificate: 'AB:CD' } }],
    ['upper case', imap, { ...imap, imap: { ...server, host: 'Mail.Example.org' } }],
    ['the server for sending', imap, { ...imap, smtp: { ...server, host: 'smtp.example.net', port: 465 } }],
    ['port and path of a URL', jmap, { ...jmap, sessionUrl: 'https://mail.example.org:8443/jmap/session' }],
    ['the encryption of a bridge', bridge, { ...bridge, imap: { ...bridge.imap, security: 'none' } }],
  ])('lead to the same mail: %s', (_name, before, after) => {
    expect(isSameMail(before, after)).toBe(true);
    expect(isSameMail(after, before)).toBe(true);
  });

  it.each<[string, AccountSettings, AccountSettings]>([
    ['user', imap, { ...imap, username: 'bob' }],
    ['host', imap, { ...imap, imap: { ...server, host: 'mail.example.net' } }],
    ['user of a URL', jmap, { ...jmap, username: 'bob' }],
    ['host of a URL', jmap, { ...jmap, sessionUrl: 'https://mail.example.net/.well-known/jmap' }],
    ['password for a token, which does not say whose it is', jmap, { ...jmap, auth: 'bearer', username: '' }],
    ['protocol', imap, jmap],
    ['port on this machine', bridge, { ...bridge, imap: { ...bridge.imap, port: 1144 } }],
    ['port on this machine, in a URL', local, { ...local, sessionUrl: 'http://localhost:8081/jmap' }],
  ])('may lead to other mail: another %s', (_name, before, after) => {
    expect(isSameMail(before, after)).toBe(false);
    expect(isSameMail(after, before)).toBe(false);
  });
});
