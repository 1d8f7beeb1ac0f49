import { describe, expect, it } from 'vitest';
import type { ImapSettings } from '../../../../src/model/account';
import { discover } from '../../../../src/sync/discovery/discover';
import type { MailResolver } from '../../../../src/sync/discovery/srv';
import { failureOf } from '../jmap-client/failing';
import { noRecords, srvRecord } from './resolver';

const never = new AbortController().signal;
const records: Readonly<Record<string, ReturnType<typeof srvRecord>[]>> = {
  '_imaps._tcp.example.invalid': [srvRecord('backup.example.net', 993, 20), srvRecord('Imap.example.net.', 9930, 10)],
  '_imap._tcp.example.invalid': [srvRecord('imap.example.net', 143)],
  '_submission._tcp.example.invalid': [srvRecord('smtp.example.net', 587)],
};
const announcing: MailResolver = {
  ...noRecords,
  resolveSrv: (name) => Promise.resolve(records[name] ?? []),
};

async function found(address: string, resolver = noRecords): Promise<{ settings: ImapSettings; found: string }[]> {
  return (await discover(address, never, resolver)).flatMap(({ settings, found: how }) =>
    settings.protocol === 'imap' ? [{ settings, found: how }] : [],
  );
}

describe('discovery of IMAP', () => {
  it.each([
    ['alice@gmail.com', 'imap.gmail.com', 'smtp.gmail.com', 'Gmail'],
    ['alice@Hotmail.CO.UK', 'outlook.office365.com', 'smtp-mail.outlook.com', 'Outlook'],
    ['alice@me.com', 'imap.mail.me.com', 'smtp.mail.me.com', 'iCloud'],
    ['imap.gmail.com', 'imap.gmail.com', 'smtp.gmail.com', 'Gmail'],
  ])('knows the servers of large providers without asking: %s', async (address, imap, smtp, name) => {
    const [first, ...others] = await found(address);
    expect(others).toEqual([]);
    expect(first?.found).toBe(`Known servers of ${name}`);
    expect(first?.settings).toMatchObject({
      protocol: 'imap',
      imap: { host: imap, port: 993, security: 'tls', pinnedCertificate: null },
      smtp: { host: smtp },
      username: address.includes('@') ? address : '',
    });
  });

  it('takes what the domain announces by SRV, TLS before STARTTLS, the preferred first', async () => {
    const [first, ...others] = await found('alice@example.invalid', announcing);
    expect(others).toEqual([]);
    expect(first).toEqual({
      found: 'Announced by example.invalid',
      settings: {
        protocol: 'imap',
        imap: { host: 'imap.example.net', port: 9930, security: 'tls', pinnedCertificate: null },
        smtp: { host: 'smtp.example.net', port: 587, security: 'starttls', pinnedCertificate: null },
        username: 'alice@example.invalid',
      },
    });
  });

  it('knows a domain whose mail goes to a large provider (MX), after what the domain itself says', async () => {
    const google = () =>
      Promise.resolve([
        { exchange: 'spare.example.net', priority: 20 },
        { exchange: 'ASPMX.L.google.com', priority: 1 },
      ]);
    const hosts = (await found('alice@example.invalid', { ...announcing, resolveMx: google })).map(
      ({ settings }) => settings.imap.host,
    );
    expect(hosts).toEqual(['imap.example.net', 'imap.gmail.com']);
    const [first] = await found('alice@example.invalid', { ...noRecords, resolveMx: google });
    expect(first?.found).toBe('Mail for example.invalid goes to Gmail');
  });

  it('says that there is none, without a password having left', async () => {
    // No mail server listens at the usual ports of a machine that runs tests.
    const error = await failureOf(discover('alice@localhost', never, noRecords));
    expect(error.reason).toBe('offline');
    expect(error.message).toContain('No mail server was found for localhost');
  });

  it('ends at once when cancelled', async () => {
    const silent: MailResolver = { ...noRecords, resolveMx: () => new Promise(() => undefined) };
    const controller = new AbortController();
    const failure = failureOf(discover('alice@example.invalid', controller.signal, silent));
    controller.abort();
    expect((await failure).reason).toBe('cancelled');
  });
});
