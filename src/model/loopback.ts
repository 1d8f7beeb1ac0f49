/** What never leaves this machine. `host` as `URL` normalises it: IPv4 in dotted decimals; IPv6 with brackets or without. */
export function isLoopback(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127(\.\d+){3}$/.test(bare);
}
