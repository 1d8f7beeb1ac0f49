import { providerOfDomain } from '../../model/mail-providers';
import { isLoopback } from '../jmap/server-url';
import type { ServerAddress } from './address';
import { lookUpService, type MailResolver } from './srv';

const wellKnown = '/.well-known/jmap';

export interface Candidate {
  readonly url: URL;
  /** Said by the person or by the domain itself; else only a customary name. */
  readonly isNamed: boolean;
  /** How we came to it, in a person's words. */
  readonly source: string;
}

/** Where the server of an address may be, the likeliest first. */
export async function candidatesFor(address: ServerAddress, resolver: MailResolver): Promise<readonly Candidate[]> {
  const { url, hostname, port } = address;
  if (url) return explicit(url);
  const host = port === null ? hostname : `${hostname}:${port}`;
  const named = (scheme: string): Candidate => ({
    url: new URL(`${scheme}://${host}${wellKnown}`),
    isNamed: true,
    source: `Found at ${host}`,
  });
  if (isLoopback(hostname)) return [named('https'), named('http')];
  if (port !== null || !isDomain(hostname)) return [named('https')];

  const provider = providerOfDomain(hostname);
  if (provider?.jmap != null)
    return [{ url: new URL(provider.jmap), isNamed: true, source: `Known server of ${provider.name}` }];
  // None of those speaks JMAP: not worth asking.
  if (provider) return [];

  const announced = await lookUpService('jmap', hostname, resolver);
  return [
    ...announced.map(({ host: target, port: targetPort }) => ({
      url: new URL(`https://${target}:${targetPort}${wellKnown}`),
      isNamed: true,
      source: `Announced by ${hostname}`,
    })),
    named('https'),
    ...['jmap', 'mail', 'api'].map((prefix) => ({
      url: new URL(`https://${prefix}.${hostname}${wellKnown}`),
      isNamed: false,
      source: `Found at ${prefix}.${hostname}`,
    })),
  ];
}

/** A page of the server's is tried as well, for people paste what their browser shows. */
function explicit(url: URL): readonly Candidate[] {
  const given: Candidate = { url, isNamed: true, source: `Found at ${url.host}` };
  const usual = new URL(wellKnown, url);
  return url.href === usual.href ? [given] : [given, { ...given, url: usual }];
}

function isDomain(hostname: string): boolean {
  return hostname.includes('.') && !hostname.startsWith('[') && !/^[\d.]+$/.test(hostname);
}
