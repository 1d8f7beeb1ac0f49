import { isLoopback } from '../../model/loopback';

/** What a person must see of a server before a password goes there. */
export interface ServerFacts {
  /** Host, with the port where it is not the scheme's own. */
  readonly host: string;
  readonly encrypted: boolean;
}

export type UrlProblem = 'not-a-url' | 'insecure' | 'has-credentials';

export function serverFacts(sessionUrl: string): ServerFacts {
  const url = new URL(sessionUrl);
  return { host: url.host, encrypted: url.protocol === 'https:' };
}

/**
 * The session URL that a person typed, absolute: `https://` is assumed where no scheme is given, and the well-known
 * path (RFC 8620 §2.2) where no path is. Plain http is for this machine only; a URL that carries a password is refused,
 * for URLs are shown and stored.
 */
export function parseSessionUrl(text: string): { readonly url: string } | { readonly problem: UrlProblem } {
  const trimmed = text.trim();
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  if (!URL.canParse(absolute) || /\s/.test(absolute)) return { problem: 'not-a-url' };
  const url = new URL(absolute);
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname === '') return { problem: 'not-a-url' };
  if (url.username !== '' || url.password !== '') return { problem: 'has-credentials' };
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return { problem: 'insecure' };
  if (url.pathname === '/') url.pathname = '/.well-known/jmap';
  url.hash = '';
  return { url: url.href };
}

/** The host in what a person typed: of a URL, after the @ of an address, or the text itself. */
export function hostIn(address: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address) && URL.canParse(address)) return new URL(address).host;
  return address.slice(address.lastIndexOf('@') + 1);
}

export function sameOrigin(one: string, other: string): boolean {
  return new URL(one).origin === new URL(other).origin;
}
