import type { SrvRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { orAborted } from '../jmap/linked-signal';

/** ms for all name servers together: a network that swallows the question must not hold the search up. */
const patience = 3000;

/** Where SRV records come from: the system's name servers, or a test. */
export interface SrvResolver {
  resolveSrv(name: string): Promise<readonly SrvRecord[]>;
}

/** The name servers of this computer, asked twice with a second or two in between. */
export const systemResolver: SrvResolver = {
  resolveSrv: (name) => new Resolver({ timeout: 1500, tries: 2 }).resolveSrv(name),
};

/** Hosts (and ports) of the domain's JMAP servers (RFC 8620 §2.2), the preferred first; none where nobody says. */
export async function lookUpJmapServers(
  domain: string,
  resolver: SrvResolver,
): Promise<readonly { readonly host: string; readonly port: number }[]> {
  try {
    const records = await orAborted(resolver.resolveSrv(`_jmap._tcp.${domain}`), AbortSignal.timeout(patience));
    return [...records]
      .sort((one, other) => one.priority - other.priority || other.weight - one.weight)
      .map(({ name, port }) => ({ host: name.replace(/\.$/, ''), port }))
      .filter(({ host, port }) => /^[a-z0-9_.-]+$/i.test(host) && port > 0 && port < 65_536); // "." means: none here
  } catch {
    return []; // Most domains have none, and many networks do not let SRV through.
  }
}
