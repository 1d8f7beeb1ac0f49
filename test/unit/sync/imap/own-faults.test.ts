import { describe, expect, it, onTestFinished } from 'vitest';
import { DatabaseError } from '../../../../src/db/database-error';
import { connectImap } from '../../../../src/sync/imap/connect';
import type { ImapConnection } from '../../../../src/sync/imap/connection';
import { toSyncError } from '../../../../src/sync/imap/imap-error';
import { SyncError } from '../../../../src/sync/sync-error';
import { basicCapabilities, startScriptedImap } from '../../../servers/scripted-imap';

const never = new AbortController().signal;

async function connect(): Promise<ImapConnection> {
  const server = await startScriptedImap(basicCapabilities);
  onTestFinished(() => server.stop());
  server.script = ({ name, tag }) => (name === 'NOOP' ? `* 3 EXISTS\r\n${tag} OK done\r\n` : undefined);
  const imap = { host: '127.0.0.1', port: server.port, security: 'none', pinnedCertificate: null } as const;
  const settings = { protocol: 'imap', imap, smtp: null, username: 'alice' } as const;
  const traffic = { requests: 0, bytesReceived: 0, bytesSent: 0 };
  const connection = await connectImap({ settings, secret: 'secret', traffic, signal: never });
  onTestFinished(() => connection.close());
  return connection;
}

describe('S29: what our own code throws while it reads an answer', () => {
  it.each<[string, unknown, string]>([
    ['a mistake', new TypeError('x is undefined'), 'protocol'],
    ['a full disk', new DatabaseError('full', 'The disk is full.'), 'disk'],
    ['a database that another window has', new DatabaseError('locked', 'Another window has it.'), 'protocol'],
    ['a file system', Object.assign(new Error('no such file'), { code: 'ENOENT' }), 'protocol'],
    ['no error at all', 'x is undefined', 'protocol'],
    ['what is known already', new SyncError('too-large', 'Too large.', { details: 'BODY[1]' }), 'too-large'],
  ])('is not taken for a server that cannot be reached: %s', async (_name, thrown, reason) => {
    const connection = await connect();
    const EXISTS = (): void => {
      throw thrown;
    };
    const error: unknown = await connection.command('NOOP', [], { EXISTS }, never).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'SyncError', reason });
    if (error === thrown) return;
    expect(error).toMatchObject({ cause: thrown });
    expect((error as SyncError).details).toContain('127.0.0.1: NOOP: ');
    if (thrown instanceof Error) expect((error as SyncError).details).toContain('own-faults.test.ts'); // the stack
    // The connection is none the worse for it.
    expect(connection.isClosed).toBe(false);
    await connection.command('NOOP', [], {}, never);
  });

  it('nor what anything else throws without a code of the system', () => {
    const error = toSyncError(new TypeError('x is undefined'), 'mail.example.org', 'UID FETCH');
    expect(error).toMatchObject({ reason: 'protocol', message: 'x is undefined' });
    expect(error.details).toMatch(/^mail\.example\.org: UID FETCH: TypeError: x is undefined\n +at /);
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    for (const thrown of [reset, new Error('fetch failed', { cause: reset }), new AggregateError([reset])])
      expect(toSyncError(thrown, 'mail.example.org', 'UID FETCH').reason).toBe('offline');
  });
});
