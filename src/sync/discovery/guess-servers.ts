import { isIP } from 'node:net';
import type { MailServer } from '../../model/account';
import { isLoopback } from '../jmap/server-url';
import { SyncError } from '../sync-error';
import { greet, type MailProtocol } from './greet';

/** A server that greeted, without having seen a credential. */
export interface Guess {
  readonly server: MailServer;
  /** This computer trusts its certificate; also where it runs on this computer without any. */
  readonly isTrusted: boolean;
}

/** ms for each place: a name that leads nowhere is told soon enough. */
const patience = 4000;

const ports: Record<MailProtocol, readonly (readonly [number, MailServer['security']])[]> = {
  imap: [
    [993, 'tls'],
    [143, 'starttls'],
  ],
  smtp: [
    [465, 'tls'],
    [587, 'starttls'],
  ],
};

/** Looks for an IMAP server at customary names of the domain; null where none greets. Never fails. */
export function guessImap(domain: string, signal: AbortSignal): Promise<Guess | null> {
  return guess('imap', namesOf(domain, ['imap', 'mail']), signal);
}

export async function guessSmtp(domain: string, signal: AbortSignal): Promise<MailServer | null> {
  return (await guess('smtp', namesOf(domain, ['smtp', 'mail']), signal))?.server ?? null;
}

/**
 * What IMAP server listens at this port: with TLS, else with STARTTLS, else on this computer without. Fails with the
 * SyncError that tells most.
 */
export async function probePort(host: string, port: number, signal: AbortSignal): Promise<Guess> {
  const ways: MailServer['security'][] = isLoopback(host) ? ['tls', 'starttls', 'none'] : ['tls', 'starttls'];
  // At the usual ports of STARTTLS a server that waits for us to speak first would never answer to TLS.
  if (port === 143 || port === 1143) ways.push(...ways.splice(0, 1));
  const errors: SyncError[] = [];
  for (const security of ways) {
    try {
      return await ask('imap', { host, port, security, pinnedCertificate: null }, signal);
    } catch (error) {
      if (!(error instanceof SyncError) || signal.aborted) throw error;
      errors.push(error);
    }
  }
  // A failed TLS handshake only says that it was no TLS.
  throw (
    errors.find(({ reason }) => reason !== 'tls') ?? errors[0] ?? new SyncError('not-imap', `${host} is no server.`)
  );
}

/** All at once; the first in their order (TLS, then STARTTLS) with a trusted certificate, else the first that greets. */
async function guess(protocol: MailProtocol, hosts: readonly string[], signal: AbortSignal): Promise<Guess | null> {
  const places = ports[protocol].flatMap(([port, security]) => hosts.map((host) => ({ host, port, security })));
  const asked = places.map((place) => ask(protocol, { ...place, pinnedCertificate: null }, signal));
  for (const one of asked) one.catch(() => undefined); // awaited in turn
  let untrusted: Guess | null = null;
  for (const one of asked) {
    const found = await one.catch(() => null);
    if (found?.isTrusted) return found;
    untrusted ??= found;
  }
  return untrusted;
}

async function ask(protocol: MailProtocol, server: MailServer, signal: AbortSignal): Promise<Guess> {
  const certificate = await greet(server, protocol, signal, patience);
  return { server, isTrusted: (certificate?.problem ?? null) === null };
}

/** `imap.example.org` is asked itself first, then its neighbours, for people give what their old program shows. */
function namesOf(domain: string, prefixes: readonly string[]): readonly string[] {
  if (isLoopback(domain) || isIP(domain) !== 0) return [domain];
  const parent = domain.replace(/^(imap|mail|smtp|mx)\./, '');
  const isServer = parent !== domain && parent.includes('.');
  const below = isServer ? parent : domain;
  const names = prefixes.map((prefix) => `${prefix}.${below}`);
  return [...new Set(isServer ? [domain, ...names] : [...names, domain])];
}
