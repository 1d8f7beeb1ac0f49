import { describe, expect, it } from 'vitest';
import { connectSmtp } from '../../../../src/sync/submission/connect-smtp';
import type { MailServer } from '../../../../src/model/account';
import { failureOf } from '../jmap-client/failing';
import { closedPort } from '../jmap-client/http-server';
import { scriptedServer, type Script } from '../discovery/scripted-server';

const never = new AbortController().signal;
const timing = { connect: 2000, silence: 300 };

function connect(port: number, security: MailServer['security'] = 'none', signal = never) {
  const server: MailServer = { host: '127.0.0.1', port, security, pinnedCertificate: null };
  return connectSmtp({ server, username: 'alice', secret: 'secret-alice', signal, timing });
}

const reasonAt = async (port: number, security?: MailServer['security']): Promise<string> =>
  (await failureOf(connect(port, security))).reason;

const greeted = (...rest: Script): Script => [...rest, [/^EHLO/, '250-mail\r\n250 AUTH PLAIN']];

describe('connecting to a server for sending', () => {
  it('signs in and shows neither name nor address of this computer', async () => {
    const server = await scriptedServer('220 ready', greeted([/^AUTH PLAIN/, '235 welcome']));
    (await connect(server.port)).close();
    expect(server.received).toEqual([
      'EHLO [127.0.0.1]',
      `AUTH PLAIN ${Buffer.from('\0alice\0secret-alice').toString('base64')}`,
    ]);
  });

  it('gives up rather than go on in the clear where STARTTLS is refused', async () => {
    const server = await scriptedServer('220 ready', greeted([/^STARTTLS/, '502 5.5.1 unknown']));
    expect(await reasonAt(server.port, 'starttls')).toBe('tls');
    expect(server.received.filter((line) => line.startsWith('AUTH'))).toEqual([]);
  });

  it('refuses to send a password in the clear to another machine before it connects', async () => {
    const server: MailServer = { host: 'mail.example.invalid', port: 587, security: 'none', pinnedCertificate: null };
    const error = await failureOf(connectSmtp({ server, username: 'a', secret: 'b', signal: never }));
    expect(error.reason).toBe('insecure');
  });

  it.each([
    ['535 5.7.8 no', 'auth'],
    ['534 5.7.9 application-specific password required', 'auth'],
    ['454 4.7.0 temporary failure', 'unavailable'],
    ['421 4.3.2 shutting down', 'unavailable'],
    ['538 5.7.11 encryption required', 'tls'],
    ['550 5.7.1 your account is suspended', 'refused'],
  ])('S29: tells %s by its kind', async (answer, reason) => {
    const server = await scriptedServer('220 ready', greeted([/^AUTH/, answer]));
    const error = await failureOf(connect(server.port));
    expect(error.reason).toBe(reason);
    expect(error.message).toContain('The sending server 127.0.0.1');
    expect(error.details).not.toContain('secret-alice');
  });

  it('tells a server that offers no way to sign in, and sends it no password', async () => {
    const server = await scriptedServer('220 ready', [[/^EHLO/, '250 mail']]);
    expect(await reasonAt(server.port)).toBe('refused');
    expect(server.received).toEqual(['EHLO [127.0.0.1]']);
  });

  it('tells silence, refusal to greet, another protocol, a closed port, a hang-up', async () => {
    const silent = await scriptedServer('220 ready', [[/^EHLO/, '250-mail']]);
    expect(await reasonAt(silent.port)).toBe('timeout');
    const refusing = await scriptedServer('421 4.7.0 too many connections');
    expect(await reasonAt(refusing.port)).toBe('unavailable');
    const imap = await scriptedServer('* OK IMAP4rev1 ready');
    expect(await reasonAt(imap.port)).toBe('not-smtp');
    expect(await reasonAt(await closedPort())).toBe('offline');
    const rude = await scriptedServer('220 ready', greeted([/^AUTH/, 'close']));
    expect(await reasonAt(rude.port)).toBe('offline');
  });

  it('ends at once when cancelled', async () => {
    const silent = await scriptedServer(null);
    const controller = new AbortController();
    const failure = failureOf(connect(silent.port, 'none', controller.signal));
    controller.abort();
    expect((await failure).reason).toBe('cancelled');
  });
});
