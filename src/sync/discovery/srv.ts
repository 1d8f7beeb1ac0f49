import type { MxRecord, SrvRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { orAborted } from '../linked-signal';

/** ms for all name servers together: a network that swallows the question must not hold the search up. */
const patience = 3000;

/** Where SRV and MX records come from: the system's name servers, or a test. */
export interface MailResolver {
  resolveSrv(name: string): Promise<readonly SrvRecord[]>;
  resolveMx(domain: string): Promise<readonly MxRecord[]>;
}

/** The name servers of this computer, asked twice with a second or two in between. */
const systemNameServers = (): Resolver => new Resolver({ timeout: 1500, tries: 2 });
export const systemResolver: MailResolver = {
  resolveSrv: (name) => systemNameServers().resolveSrv(name),
  resolveMx: (domain) => systemNameServers().resolveMx(domain),
};

/** `_jmap` is RFC 8620 §2.2, `_imap` and `_imaps` RFC 6186, `_submission` RFC 6186 and `_submissions` RFC 8314. */
export type Service = 'jmap' | 'imaps' | 'imap' | 'submissions' | 'submission';

export interface ServiceAddress {
  readonly host: string;
  readonly port: number;
}

/** Hosts and ports of a service of the domain, the preferred first; none where nobody says. */
export async function lookUpService(
  service: Service,
  domain: string,
  resolver: MailResolver,
): Promise<readonly ServiceAddress[]> {
  const records = await orNone(resolver.resolveSrv(`_${service}._tcp.${domain}`));
  return [...records]
    .sort((one, other) => one.priority - other.priority || other.weight - one.weight)
    .map(({ name, port }) => ({ host: name.replace(/\.$/, ''), port }))
    .filter(({ host, port }) => /^[a-z0-9_.-]+$/i.test(host) && port > 0 && port < 65_536); // "." means: none here
}

/** Where the domain's mail is delivered, the preferred first. */
export async function lookUpExchangers(domain: string, resolver: MailResolver): Promise<readonly string[]> {
  const records = await orNone(resolver.resolveMx(domain));
  return [...records].sort((one, other) => one.priority - other.priority).map(({ exchange }) => exchange);
}

/** Most domains have none, and many networks do not let them through. */
async function orNone<T>(records: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await orAborted(records, AbortSignal.timeout(patience));
  } catch {
    return [];
  }
}
