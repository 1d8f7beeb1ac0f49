import { SyncError } from '../sync-error';

/** What a person gave to find a server by. */
export interface ServerAddress {
  /** The mail address in it, trimmed, its domain as it was typed; empty where only a server was given. */
  readonly email: string;
  /** An explicit URL of a session resource; null: only the host is known. */
  readonly url: URL | null;
  /** ASCII form (IDNs in punycode), lower case, IPv6 in brackets. */
  readonly hostname: string;
  /** Null: none was given. */
  readonly port: number | null;
}

/**
 * Takes `alice@example.com`, `Alice <alice@example.com>`, `example.com`, `host:port` and a full URL. Else SyncError with
 * `host-not-found` (that is no host), `insecure` (a URL with a password in it).
 */
export function parseServerAddress(text: string): ServerAddress {
  const given = (/<([^<>]*)>\s*$/.exec(text)?.[1] ?? text).trim().replace(/^mailto:/i, '');
  if (given === '') throw notAnAddress('Enter a mail address, a host or the URL of a server.');
  if (given.length > 1000 || hasSpaceOrControl(given))
    throw notAnAddress(`“${shorten(given)}” is no mail address and no server.`);
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? parseUrl(given) : parseHost(given);
}

function parseUrl(given: string): ServerAddress {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url || !/^https?:$/.test(url.protocol) || !isHostname(url.hostname)) {
    throw notAnAddress(`“${shorten(given)}” is no https:// address of a server.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new SyncError(
      'insecure',
      'The address of a server must not contain a password: addresses are shown and kept.',
    );
  }
  url.hash = '';
  const bare = url.pathname === '/' && url.search === '';
  const port = url.port === '' ? null : Number(url.port);
  // Of plain http only the explicit form is kept, so that it is refused by its name and not looked for elsewhere.
  return { email: '', url: bare && url.protocol === 'https:' ? null : url, hostname: url.hostname, port };
}

function parseHost(given: string): ServerAddress {
  const at = given.lastIndexOf('@');
  const local = given.slice(0, Math.max(at, 0));
  const host = given.slice(at + 1).replace(/\.$/, '');
  if (at === 0 || host === '') throw notAnAddress(`“${shorten(given)}” is no complete mail address.`);
  const url = /^[^/?#\\]+$/.test(host) && URL.canParse(`https://${host}`) ? new URL(`https://${host}`) : null;
  if (!url || !isHostname(url.hostname) || url.username !== '') {
    throw notAnAddress(`“${shorten(host)}” is no name of a host.`);
  }
  // 443 is the scheme's own, which `URL` leaves out.
  const port = /:(\d+)$/.exec(host)?.[1];
  const email = local === '' ? '' : `${local}@${host.replace(/:\d+$/, '')}`;
  return { email, url: null, hostname: url.hostname, port: port === undefined ? null : Number(port) };
}

function isHostname(hostname: string): boolean {
  if (hostname.startsWith('[')) return true;
  const labels = hostname.replace(/\.$/, '').split('.');
  return hostname.length <= 253 && labels.every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label));
}

function hasSpaceOrControl(text: string): boolean {
  return /[\s\p{Cc}]/u.test(text);
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function notAnAddress(message: string): SyncError {
  return new SyncError('host-not-found', message);
}
