import type { MailServer } from '../../model/account';
import { sendHttp, type HttpContext } from '../jmap/http';
import { isLoopback } from '../jmap/server-url';
import { SyncError } from '../sync-error';
import type { ServerAddress } from './address';
import { childrenOf, childText, parseXml, type XmlElement } from './strict-xml';

/** Octets; the largest of Thunderbird's own files have a tenth of that. */
const maxSize = 128 * 1024;
/** ms: a domain's web server that never answers holds nobody up. */
const timeouts = { headers: 5000, idle: 5000 };

const socketTypes = new Map<string, MailServer['security']>([
  ['SSL', 'tls'],
  ['STARTTLS', 'starttls'],
  ['plain', 'none'],
]);

/** What a domain says of its mail servers, in Thunderbird's format. */
export interface Autoconfig {
  readonly imap: MailServer;
  readonly smtp: MailServer | null;
  readonly username: string;
  /** The host of the file. */
  readonly source: string;
}

/**
 * Asks the domain of an address for its configuration file: at its own well-known place, and at `autoconfig.<domain>`.
 * Only by https, since whoever could change the answer on its way would be sent the password. Null where there is none.
 */
export async function fetchAutoconfig(server: ServerAddress, signal: AbortSignal): Promise<Autoconfig | null> {
  const found = await Promise.all(autoconfigUrls(server).map((url) => fetchOne(url, server, signal)));
  return found.find((config) => config !== null) ?? null;
}

/** The likeliest first. */
export function autoconfigUrls({ email, hostname, port }: ServerAddress): readonly URL[] {
  const host = port === null ? hostname : `${hostname}:${port}`;
  const place = '.well-known/autoconfig/mail/config-v1.1.xml';
  if (isLoopback(hostname)) return ['https', 'http'].map((scheme) => new URL(`${scheme}://${host}/${place}`));
  if (port !== null) return [];
  const own = new URL(`https://autoconfig.${hostname}/mail/config-v1.1.xml`);
  if (email !== '') own.searchParams.set('emailaddress', email);
  return [own, new URL(`https://${hostname}/${place}`)];
}

async function fetchOne(url: URL, server: ServerAddress, signal: AbortSignal): Promise<Autoconfig | null> {
  const context: HttpContext = { traffic: { requests: 0, bytesReceived: 0, bytesSent: 0 }, timeouts, signal };
  try {
    const headers = { Accept: 'application/xml, text/xml' };
    const answer = await sendHttp({ method: 'GET', url, authorization: null, headers }, context);
    if (answer.status !== 200) {
      answer.discard();
      return null;
    }
    const document = new TextDecoder().decode(await answer.bytes(maxSize));
    const config = readAutoconfig(document, server.email || `@${server.hostname}`);
    return config && { ...config, source: answer.url.hostname };
  } catch (error) {
    if (error instanceof SyncError) return null; // Most domains have none.
    throw error;
  }
}

/** The servers of a configuration file that this program can use; null: none, or the file makes no sense. */
export function readAutoconfig(document: string, email: string): Omit<Autoconfig, 'source'> | null {
  const root = parseXml(document);
  if (root?.name !== 'clientConfig') return null;
  const [provider] = childrenOf(root, 'emailProvider');
  const usable = (name: string, type: string) =>
    childrenOf(provider, name)
      .filter((element) => element.attributes.get('type') === type && takesPassword(element))
      .flatMap((element) => {
        const server = serverOf(element, email);
        return server ? [{ server, username: fill(childText(element, 'username'), email) }] : [];
      })
      // TLS from the start before STARTTLS, else as the file has them.
      .sort((one, other) => Number(one.server.security !== 'tls') - Number(other.server.security !== 'tls'));
  const [imap] = usable('incomingServer', 'imap');
  if (imap === undefined) return null;
  return { imap: imap.server, smtp: usable('outgoingServer', 'smtp')[0]?.server ?? null, username: imap.username };
}

function serverOf(element: XmlElement, email: string): MailServer | null {
  const host = fill(childText(element, 'hostname'), email).toLowerCase();
  const port = Number(childText(element, 'port'));
  const security = socketTypes.get(childText(element, 'socketType'));
  const isHost = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host) && host.length <= 253;
  if (!isHost || !Number.isInteger(port) || port < 1 || port > 65_535 || security === undefined) return null;
  if (security === 'none' && !isLoopback(host)) return null;
  return { host, port, security, pinnedCertificate: null };
}

/** Servers that want something else than a password are of no use; several ways may stand beside each other. */
function takesPassword(element: XmlElement): boolean {
  const ways = childrenOf(element, 'authentication').map(({ text }) => text);
  return ways.length === 0 || ways.some((way) => /^(password-cleartext|plain|password-encrypted|secure)$/.test(way));
}

function fill(text: string, email: string): string {
  const at = email.lastIndexOf('@');
  return text
    .replaceAll('%EMAILADDRESS%', at > 0 ? email : '')
    .replaceAll('%EMAILLOCALPART%', email.slice(0, at))
    .replaceAll('%EMAILDOMAIN%', email.slice(at + 1));
}
