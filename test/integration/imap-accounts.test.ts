import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImapSettings, MailServer } from '../../src/model/account';
import { discover } from '../../src/sync/discovery/discover';
import { greet } from '../../src/sync/discovery/greet';
import { testConnection } from '../../src/sync/discovery/test-connection';
import { testSending } from '../../src/sync/discovery/test-sending';
import { startDovecot, type DovecotServer } from '../servers/dovecot';
import { users } from '../servers/users';
import { failureOf } from '../unit/sync/jmap-client/failing';
import { noRecords } from '../unit/sync/discovery/resolver';

const never = new AbortController().signal;

let dovecot: DovecotServer;
let pin: string;

beforeAll(async () => {
  dovecot = await startDovecot();
  pin = (await greet(imap('tls'), 'imap', never))?.fingerprint ?? '';
});
afterAll(() => dovecot.stop());

function imap(security: MailServer['security'], pinnedCertificate: string | null = null): MailServer {
  const port = security === 'tls' ? dovecot.imapsPort : dovecot.imapPort;
  return { host: 'localhost', port, security, pinnedCertificate };
}

function smtp(security: MailServer['security'], pinnedCertificate: string | null = null): MailServer {
  return { host: 'localhost', port: dovecot.smtpPort, security, pinnedCertificate };
}

function settings(server: MailServer): ImapSettings {
  return { protocol: 'imap', imap: server, smtp: null, username: users.alice.email };
}

const otherPin = Array.from({ length: 32 }, () => 'AB').join(':');

describe('the connection test of an IMAP account on Dovecot', () => {
  it.each(['tls', 'starttls', 'none'] as const)('signs in by %s and counts the mailboxes', async (security) => {
    const server = imap(security, security === 'none' ? null : pin);
    const test = await testConnection(settings(server), users.alice.password, never);
    expect(test).toEqual({ accountName: 'alice@example.test', mailboxes: 6 });
  });

  it.each(['tls', 'starttls'] as const)('tells a wrong password by %s', async (security) => {
    const error = await failureOf(testConnection(settings(imap(security, pin)), 'secret-guess', never));
    expect(error.reason).toBe('auth');
    expect(error.message).toContain('localhost did not accept the user name and password');
    expect(`${error.message}${error.details}`).not.toContain('secret-guess');
  });

  it.each(['tls', 'starttls'] as const)(
    'sends no password past a certificate that nobody vouches for, by %s',
    async (security) => {
      const { password } = users.alice;
      const error = await failureOf(testConnection(settings(imap(security)), password, never));
      expect(error.reason).toBe('tls');
      const other = await failureOf(testConnection(settings(imap(security, otherPin)), password, never));
      expect(other.reason).toBe('tls');
    },
  );

  it('shows the certificate that is to be trusted', async () => {
    for (const [server, protocol] of [
      [imap('tls'), 'imap'],
      [imap('starttls'), 'imap'],
      [smtp('starttls'), 'smtp'],
    ] as const) {
      const shown = await greet(server, protocol, never);
      expect(shown).toMatchObject({ subject: 'localhost', issuer: 'localhost', problem: 'self-signed' });
      expect(shown?.fingerprint).toMatch(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/);
      expect(shown?.validTo).toBeGreaterThan(Date.now());
    }
    expect(await greet(imap('none'), 'imap', never)).toBeNull();
  });

  it('tells what is no such server', async () => {
    const reasonAt = async (server: MailServer): Promise<string> =>
      (await failureOf(testConnection(settings(server), 'secret', never))).reason;
    expect(await reasonAt({ ...imap('tls'), host: 'no-such-host.invalid' })).toBe('host-not-found');
    expect(await reasonAt({ ...imap('tls'), port: dovecot.imapPort })).toBe('tls');
    expect(await reasonAt({ ...imap('none'), host: 'mail.example.test' })).toBe('insecure');
  });
});

describe('the connection test for sending', () => {
  const send = (server: MailServer, password = users.alice.password as string) =>
    testSending(server, users.alice.email, password, never);

  it('signs in by STARTTLS with the pinned certificate, without sending anything', async () => {
    await send(smtp('starttls', pin));
    await send(smtp('none'));
    expect(dovecot.smtp.transactions).toEqual([]);
  });

  it('tells a wrong password, and keeps it to itself', async () => {
    const error = await failureOf(send(smtp('starttls', pin), 'secret-guess'));
    expect(error.reason).toBe('auth');
    expect(error.message).toBe('The sending server localhost did not accept the user name and password.');
    expect(error.details).not.toContain('secret-guess');
  });

  it('sends no password past a certificate that nobody vouches for, or another than the pinned one', async () => {
    expect((await failureOf(send(smtp('starttls')))).reason).toBe('tls');
    const other = await failureOf(send(smtp('starttls', otherPin)));
    expect(other.reason).toBe('tls');
    expect(other.message).toContain('another certificate');
  });

  it('tells what is no such server', async () => {
    const reasonAt = async (server: MailServer): Promise<string> => (await failureOf(send(server))).reason;
    expect(await reasonAt({ ...smtp('starttls'), host: 'no-such-host.invalid' })).toBe('host-not-found');
    expect(await reasonAt({ ...smtp('tls'), port: dovecot.smtpPort })).toBe('tls');
    expect(await reasonAt({ ...smtp('none'), port: dovecot.imapPort })).toBe('not-smtp');
    expect(await reasonAt({ ...smtp('none'), host: 'mail.example.test' })).toBe('insecure');
  });
});

describe('discovery of IMAP', () => {
  const found = async (address: string) => await discover(address, never, noRecords);

  it('finds out what speaks at a port: TLS, or STARTTLS, and that its certificate is not trusted', async () => {
    const [secure, ...others] = await found(`localhost:${dovecot.imapsPort}`);
    expect(others).toEqual([]);
    expect(secure?.settings).toEqual({ protocol: 'imap', imap: imap('tls'), smtp: null, username: '' });
    expect(secure?.found).toContain('does not trust');
    const [startTls] = await found(`alice@localhost:${dovecot.imapPort}`);
    expect(startTls?.settings).toEqual({
      protocol: 'imap',
      imap: imap('starttls'),
      smtp: null,
      username: 'alice@localhost',
    });
  });

  it('says so where the port is the sending one', async () => {
    const error = await failureOf(found(`localhost:${dovecot.smtpPort}`));
    expect(error.reason).toBe('not-imap');
    expect(error.message).toContain('server for sending');
  });
});
