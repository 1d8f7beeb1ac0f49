import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { greet } from '../../../../src/sync/discovery/greet';
import { createCertificate } from '../../../servers/server-process';
import { failureOf } from '../jmap-client/failing';
import { closedPort } from '../jmap-client/http-server';
import { scriptedServer } from './scripted-server';

const never = new AbortController().signal;
const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-greet-'));
let keys: { cert: string; key: string };

beforeAll(async () => {
  const { certificate, key } = await createCertificate(folder);
  keys = { cert: certificate, key };
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (port: number, security: 'tls' | 'starttls' | 'none' = 'none') => ({ host: 'localhost', port, security });
const reasonOf = async (greeting: Promise<unknown>): Promise<string> => (await failureOf(greeting)).reason;

describe('the greeting of a mail server', () => {
  it('is read in the clear, with TLS, and after STARTTLS, without a credential', async () => {
    const plain = await scriptedServer('* OK ready');
    expect(await greet(at(plain.port), 'imap', never)).toBeNull();
    const secure = await scriptedServer('* PREAUTH hello', [], { keys, tls: true });
    expect(await greet(at(secure.port, 'tls'), 'imap', never)).toMatchObject({ problem: 'self-signed' });
    const upgraded = await scriptedServer(
      '220-hello\r\n220 and welcome',
      [
        [/^EHLO/, '250-mail\r\n250-STARTTLS\r\n250 SIZE 1000'],
        [/^STARTTLS/, '220 begin TLS'],
      ],
      { keys },
    );
    expect(await greet(at(upgraded.port, 'starttls'), 'smtp', never)).toMatchObject({ subject: 'localhost' });
    expect(upgraded.received).toEqual(['EHLO [127.0.0.1]', 'STARTTLS']);
  });

  it.each([
    ['220 mail.example.com ESMTP', 'imap', 'not-imap'],
    ['HTTP/1.1 400 Bad Request', 'imap', 'not-imap'],
    ['+OK POP3 ready', 'imap', 'not-imap'],
    ['* BYE too many connections', 'imap', 'unavailable'],
    ['* OK IMAP4rev1', 'smtp', 'not-smtp'],
    ['421 4.7.0 come back later', 'smtp', 'unavailable'],
    ['554 5.7.1 you are listed', 'smtp', 'unavailable'],
  ] as const)('tells what else answers: %s', async (line, protocol, reason) => {
    const server = await scriptedServer(line);
    const error = await failureOf(greet(at(server.port), protocol, never));
    expect(error.reason).toBe(reason);
    expect(error.details).toContain(line);
  });

  it('takes no STARTTLS for none', async () => {
    const imap = await scriptedServer('* OK ready', [[/STARTTLS/, 'a BAD no such command']]);
    expect(await reasonOf(greet(at(imap.port, 'starttls'), 'imap', never))).toBe('insecure');
    const smtp = await scriptedServer('220 ready', [
      [/^EHLO/, '250 mail'],
      [/^STARTTLS/, '502 5.5.1 no such command'],
    ]);
    expect(await reasonOf(greet(at(smtp.port, 'starttls'), 'smtp', never))).toBe('insecure');
  });

  it('is not fooled by what was said before TLS began', async () => {
    const script = [[/STARTTLS/, 'a OK begin\r\n* OK injected']] as const;
    const server = await scriptedServer('* OK ready', script);
    expect(await reasonOf(greet(at(server.port, 'starttls'), 'imap', never, 1000))).toMatch(/^(tls|timeout|offline)$/);
  });

  it('tells silence, a line without end, a closed port, and TLS where there is none', async () => {
    const silent = await scriptedServer(null);
    expect(await reasonOf(greet(at(silent.port), 'imap', never, 100))).toBe('timeout');
    expect(await reasonOf(greet(at(silent.port, 'tls'), 'imap', never, 100))).toBe('timeout');
    const endless = await scriptedServer(`* OK ${'x'.repeat(200_000)}`);
    expect(await reasonOf(greet(at(endless.port), 'imap', never))).toBe('protocol');
    expect(await reasonOf(greet(at(await closedPort()), 'imap', never))).toBe('offline');
    const plain = await scriptedServer('* OK ready');
    expect(await reasonOf(greet(at(plain.port, 'tls'), 'imap', never))).toBe('tls');
  });

  it('ends at once when cancelled', async () => {
    const silent = await scriptedServer(null);
    const controller = new AbortController();
    const failure = reasonOf(greet(at(silent.port), 'imap', controller.signal));
    controller.abort();
    expect(await failure).toBe('cancelled');
  });
});
