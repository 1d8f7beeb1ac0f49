import { isIP } from 'node:net';
import type { MailServer } from '../../model/account';
import { providerOfDomain, providerOfExchanger, providerOfServer, type MailProvider } from '../../model/mail-providers';
import { isLoopback } from '../jmap/server-url';
import { cancelled, linkSignals, orAborted } from '../linked-signal';
import type { ServerAddress } from './address';
import { fetchAutoconfig } from './autoconfig';
import type { Discovered } from './discover';
import { guessImap, guessSmtp, probePort, type Guess } from './guess-servers';
import { lookUpExchangers, lookUpService, type MailResolver } from './srv';

interface Finding {
  readonly imap: MailServer;
  /** Null: nobody says; it may be guessed. */
  readonly smtp: MailServer | null;
  readonly username: string;
  readonly source: string;
}

/**
 * Finds the IMAP servers of a mail address, a domain or `host:port`, with the SMTP server beside each, the likeliest
 * first; empty where none is found. What the domain or the provider says comes before customary names, and those count
 * only where an IMAP server greets. Fails with a SyncError where an explicit port does not speak IMAP.
 */
export async function discoverImap(
  server: ServerAddress,
  signal: AbortSignal,
  resolver: MailResolver,
): Promise<Discovered[]> {
  const { port, url } = server;
  const host = bareHost(server);
  if (url !== null) return []; // The URL of a JMAP session.
  const known = providerOfDomain(host) ?? providerOfServer({ host, port: port ?? 993 });
  if (known && port === null) return [discovered(server, ofProvider(known, `Known servers of ${known.name}`))];
  const link = linkSignals(signal);
  try {
    const findings =
      port === null ? await search(server, link.signal, resolver) : [await atPort(host, port, link.signal)];
    const guessed = findings.some(({ smtp }) => smtp === null) ? await guessSmtp(host, link.signal) : null;
    return findings.map((finding) => discovered(server, { ...finding, smtp: finding.smtp ?? guessed }));
  } finally {
    link.abort(cancelled()); // Places that nobody waits for any more.
  }
}

async function search(server: ServerAddress, signal: AbortSignal, resolver: MailResolver): Promise<Finding[]> {
  const guessed = guessImap(bareHost(server), signal);
  const findings = await announced(server, signal, resolver);
  if (findings.length > 0) return findings;
  const guess = await guessed;
  return guess === null ? [] : [guessFinding(guess)];
}

/** What the domain itself says, in this order; without asking what it says for customary names. */
async function announced(server: ServerAddress, signal: AbortSignal, resolver: MailResolver): Promise<Finding[]> {
  const { hostname } = server;
  const isName = !isLoopback(hostname) && isIP(bareHost(server)) === 0;
  const asked = Promise.all([
    fetchAutoconfig(server, signal),
    isName ? byRecords(hostname, resolver) : null,
    isName ? lookUpExchangers(hostname, resolver) : [],
  ]);
  const [config, records, exchangers] = await orAborted(asked, signal);
  const provider = exchangers.map(providerOfExchanger).find((found) => found !== undefined);
  const findings: Finding[] = [];
  if (config) findings.push({ ...config, source: `Told by ${config.source}` });
  if (records) findings.push(records);
  if (provider) findings.push(ofProvider(provider, `Mail for ${hostname} goes to ${provider.name}`));
  return findings.filter(({ imap }, index) => findings.findIndex((other) => isSame(other.imap, imap)) === index);
}

/** RFC 6186 and RFC 8314: TLS from the start before STARTTLS. */
async function byRecords(domain: string, resolver: MailResolver): Promise<Finding | null> {
  const [imaps, imap, submissions, submission] = await Promise.all(
    (['imaps', 'imap', 'submissions', 'submission'] as const).map((service) =>
      lookUpService(service, domain, resolver),
    ),
  );
  const reading = serverOf(imaps?.[0], 'tls') ?? serverOf(imap?.[0], 'starttls');
  if (reading === null) return null;
  const sending = serverOf(submissions?.[0], 'tls') ?? serverOf(submission?.[0], 'starttls');
  return { imap: reading, smtp: sending, username: '', source: `Announced by ${domain}` };
}

function serverOf(
  address: { readonly host: string; readonly port: number } | undefined,
  security: MailServer['security'],
): MailServer | null {
  return address === undefined
    ? null
    : { ...address, host: address.host.toLowerCase(), security, pinnedCertificate: null };
}

function ofProvider({ imap, smtp }: MailProvider, source: string): Finding {
  const unpinned = { pinnedCertificate: null };
  return { imap: { ...imap, ...unpinned }, smtp: { ...smtp, ...unpinned }, username: '', source };
}

async function atPort(host: string, port: number, signal: AbortSignal): Promise<Finding> {
  return guessFinding(await probePort(host, port, signal));
}

function guessFinding({ server, isTrusted }: Guess): Finding {
  const trust = isTrusted ? '' : '; this computer does not trust its certificate: you will be asked';
  return { imap: server, smtp: null, username: '', source: `Found at ${server.host}:${server.port}${trust}` };
}

/** IPv6 without its brackets. */
function bareHost({ hostname }: ServerAddress): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function discovered({ email }: ServerAddress, { imap, smtp, username, source }: Finding): Discovered {
  return { settings: { protocol: 'imap', imap, smtp, username: username || email }, email, found: source };
}

function isSame(one: MailServer, other: MailServer): boolean {
  return one.host === other.host && one.port === other.port;
}
