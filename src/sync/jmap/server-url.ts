import ipaddr from 'ipaddr.js';
import { SyncError } from '../sync-error';

/** 127.0.0.0/8, ::1 and localhost: what never leaves this machine. `hostname` as `URL` normalises it. */
export function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(bare)) return ipaddr.process(bare).range() === 'loopback';
  return bare === 'localhost' || bare.endsWith('.localhost');
}

/** A URL that credentials and mail may travel to: https, or http on this machine. Else SyncError. */
export function requireSafeUrl(url: URL): URL {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  if (url.protocol === 'http:') {
    throw new SyncError(
      'insecure',
      `${url.host} does not encrypt: mail and password would cross the network in the clear.`,
      {
        details: describeUrl(url),
      },
    );
  }
  throw new SyncError('protocol', `${url.protocol}// is no address of a JMAP server.`, { details: url.protocol });
}

/** Origin and path, for logs: a query may carry what nobody should read there. */
export function describeUrl(url: URL): string {
  const text = `${url.origin}${url.pathname}`;
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** Fills the variables of a template; a variable that is not in `values` becomes empty (RFC 6570 §3.2.1). */
export function expandTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{([^{}]*)\}/g, (_, name: string) => encodeUnreserved(values[name] ?? ''));
}

/** Everything but the unreserved characters of RFC 3986 is percent-encoded; `encodeURIComponent` leaves five more. */
function encodeUnreserved(value: string): string {
  // Half a surrogate pair, which `encodeURIComponent` refuses, becomes U+FFFD.
  const wellFormed = Buffer.from(value, 'utf8').toString('utf8');
  return encodeURIComponent(wellFormed).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
