import { ImapFlow } from 'imapflow';
import type { ImapSettings } from '../../model/account';
import { isLoopback } from '../../model/loopback';
import type { Traffic } from '../backend';
import { reasonOf } from '../linked-signal';
import { Connection, silent, type ImapConnection, type ImapTiming, type Tier } from './connection';
import { tapFetches } from './fetch-tap';
import { toSyncError } from './imap-error';
import { createTransport, requireSafety } from './transport';

export const defaultImapTiming: ImapTiming = { connect: 20_000, silence: 60_000, proof: 5_000 };

export interface ConnectOptions {
  readonly settings: ImapSettings;
  readonly secret: string;
  readonly traffic: Traffic;
  readonly signal: AbortSignal;
  readonly timing?: Partial<ImapTiming>;
  /** Something odd that does not stop the work. */
  readonly warn?: (message: string, details?: string) => void;
  /** Use no better tier than this. */
  readonly bestTier?: Tier;
}

/** Connects, signs in, and enables what the tier needs. Logs nothing: not even a masked password leaves here. */
export async function connectImap(options: ConnectOptions): Promise<ImapConnection> {
  const { settings, secret, signal } = options;
  const { host, port, security } = settings.imap;
  const timing = { ...defaultImapTiming, ...options.timing };
  requireSafety(settings.imap);
  const client = new ImapFlow({
    host,
    port,
    secure: security === 'tls',
    doSTARTTLS: security === 'starttls',
    auth: { user: settings.username, pass: secret },
    transport: createTransport(settings.imap),
    clientInfo: { name: 'Mailpane' },
    logger: false,
    disableAutoIdle: true,
    disableAutoEnable: true,
    disableCompression: isLoopback(host),
    connectionTimeout: timing.connect,
    greetingTimeout: timing.connect,
    // Silence while a command runs is watched (connection.ts); between commands a connection may rest.
    socketTimeout: 40 * 60_000,
  });
  tapFetches(client);
  const connection = new Connection(client, host, options.traffic, timing, options.warn ?? (() => undefined));
  const abort = (): void => connection.close();
  signal.addEventListener('abort', abort, { once: true });
  const deadline = setTimeout(() => connection.fail(silent(host, 'sign in')), timing.connect * 3);
  try {
    signal.throwIfAborted();
    await client.connect();
    await connection.enable(options.bestTier ?? 'qresync', signal);
    return connection;
  } catch (error) {
    connection.close();
    if (signal.aborted) throw reasonOf(signal);
    throw connection.failure ?? toSyncError(error, host, 'connect');
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener('abort', abort);
    connection.count(0);
  }
}
