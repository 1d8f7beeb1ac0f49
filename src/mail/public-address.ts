import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * True for an address of the public internet. Everything that a special-purpose registry (RFC 6890) knows is not: private,
 * loopback, link-local (cloud metadata), carrier-grade NAT, multicast, and every form that carries an IPv4 address inside
 * IPv6 (mapped, NAT64, 6to4, Teredo), by which a private one could be reached.
 */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').split('%', 1)[0] ?? '';
  if (isIP(bare) === 0) return false;
  const parsed = ipaddr.parse(bare);
  if (parsed.range() !== 'unicast') return false;
  if (parsed.kind() === 'ipv4') return true;
  // Beyond what ipaddr.js names: only 2000::/3 is given out as global unicast (RFC 4291, IANA).
  return parsed.match(ipaddr.parse('2000::'), 3) && !notGlobal.some(([net, bits]) => parsed.match(net, bits));
}

const notGlobal = [
  ipaddr.parseCIDR('2001::/23'), // IETF protocol assignments, Teredo
  ipaddr.parseCIDR('2002::/16'), // 6to4
  ipaddr.parseCIDR('2001:db8::/32'),
  ipaddr.parseCIDR('3fff::/20'),
];
