import type { MailServer } from '../../model/account';
import { isLoopback } from '../../model/loopback';

export type MailUse = 'imap' | 'smtp';
export type Security = MailServer['security'];

/** The port that goes with an encryption (RFC 8314); without any it is that of STARTTLS. */
const usualPorts: Record<MailUse, Record<Security, number>> = {
  imap: { tls: 993, starttls: 143, none: 143 },
  smtp: { tls: 465, starttls: 587, none: 587 },
};

/**
 * The server that a person typed as `host` or `host:port`, with the encryption that is usual there; null: that is none.
 */
export function parseMailServer(text: string, use: MailUse): MailServer | null {
  const trimmed = text.trim();
  if (!/^[^\s/?#@\\]+$/.test(trimmed) || !URL.canParse(`https://${trimmed}`)) return null;
  const url = new URL(`https://${trimmed}`);
  const typed = /:(\d+)$/.exec(trimmed)?.[1]; // 443 is the scheme's own, which `URL` leaves out.
  const port = typed === undefined ? usualPorts[use].tls : Number(typed);
  if (url.hostname === '' || port < 1 || port > 65_535) return null;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port, security: usualSecurity(port, host), pinnedCertificate: null };
}

function usualSecurity(port: number, host: string): Security {
  const isStartTls = Object.values(usualPorts).some(({ starttls }) => starttls === port);
  return isStartTls || (isLoopbackServer({ host }) && port > 1023) ? 'starttls' : 'tls';
}

/** A server at the usual port of another encryption moves to the usual port of this one. */
export function withSecurity(server: MailServer, use: MailUse, security: Security): MailServer {
  const ports = usualPorts[use];
  const isUsual = Object.values(ports).includes(server.port);
  return { ...server, security, port: isUsual ? ports[security] : server.port };
}

/** As a person reads and types it: the port only where it is not the usual one. */
export function hostAndPort({ host, port, security }: MailServer, use: MailUse): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === usualPorts[use][security] && security === 'tls' ? name : `${name}:${port}`;
}

/** Without encryption a password may only go to this machine. */
export function isLoopbackServer({ host }: Pick<MailServer, 'host'>): boolean {
  return isLoopback(host);
}

/** The same server by the same encryption; a pinned certificate is no part of it. */
export function isSameServer(one: MailServer | null, other: MailServer): boolean {
  return one?.host === other.host && one.port === other.port && one.security === other.security;
}
