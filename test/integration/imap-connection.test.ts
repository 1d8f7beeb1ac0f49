import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImapSettings, MailServer } from '../../src/model/account';
import { connectImap } from '../../src/sync/imap/connect';
import type { ImapConnection } from '../../src/sync/imap/connection';
import { startDovecot, type DovecotServer } from '../servers/dovecot';
import { users } from '../servers/users';
import { never } from '../support/imap-account';

const { alice } = users;
const traffic = () => ({ requests: 0, bytesReceived: 0, bytesSent: 0 });

describe('connecting to Dovecot', () => {
  let server: DovecotServer;
  let fingerprint: string;

  beforeAll(async () => {
    server = await startDovecot();
    fingerprint = new X509Certificate(server.certificate).fingerprint256;
  });
  afterAll(() => server.stop());

  const connect = (imap: Partial<MailServer>, secret: string = alice.password): Promise<ImapConnection> => {
    const full: MailServer = {
      host: '127.0.0.1',
      port: server.imapsPort,
      security: 'tls',
      pinnedCertificate: null,
      ...imap,
    };
    const settings: ImapSettings = { protocol: 'imap', imap: full, smtp: null, username: alice.email };
    return connectImap({ settings, secret, traffic: traffic(), signal: never, timing: { connect: 3000 } });
  };
  const reasonOf = async (attempt: Promise<ImapConnection>): Promise<unknown> => {
    const error: unknown = await attempt.then(
      (connection) => connection.close(),
      (thrown: unknown) => thrown,
    );
    return error instanceof Error && 'reason' in error ? error.reason : error;
  };

  it('refuses a certificate that nobody has vouched for', async () => {
    expect(await reasonOf(connect({}))).toBe('tls');
    expect(await reasonOf(connect({ port: server.imapPort, security: 'starttls' }))).toBe('tls');
  });

  it('takes the pinned certificate, over TLS and STARTTLS, and no other', async () => {
    for (const way of [{}, { port: server.imapPort, security: 'starttls' }] as const) {
      const connection = await connect({ ...way, pinnedCertificate: fingerprint.toLowerCase() });
      expect(connection.tier).toBe('qresync');
      connection.close();
      const other = fingerprint.replace(/^../, (octet) => (octet === '00' ? '01' : '00'));
      expect(await reasonOf(connect({ ...way, pinnedCertificate: other }))).toBe('tls');
    }
  });

  it('says in words what went wrong', async () => {
    expect(await reasonOf(connect({ pinnedCertificate: fingerprint }, 'wrong'))).toBe('auth');
    expect(await reasonOf(connect({ port: 1 }))).toBe('offline');
    expect(await reasonOf(connect({ host: 'no-such-host.invalid' }))).toBe('host-not-found');
    expect(await reasonOf(connect({ port: server.imapPort }))).toBe('tls');
    expect(await reasonOf(connect({ port: server.imapsPort, security: 'none' }))).toBe('not-imap');
    expect(await reasonOf(connect({ host: 'mail.example', security: 'none' }))).toBe('insecure');
  });

  it('ends at once when it is aborted', async () => {
    const controller = new AbortController();
    const imap: MailServer = { host: '127.0.0.1', port: server.imapPort, security: 'none', pinnedCertificate: null };
    const settings: ImapSettings = { protocol: 'imap', imap, smtp: null, username: alice.email };
    const attempt = connectImap({ settings, secret: 'x', traffic: traffic(), signal: controller.signal });
    controller.abort();
    expect(await reasonOf(attempt)).toBe('cancelled');
  });
});
