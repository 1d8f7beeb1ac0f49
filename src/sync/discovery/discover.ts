import type { AccountSettings } from '../../model/account';
import { cancelled, linkSignals } from '../linked-signal';
import { SyncError, type SyncErrorReason } from '../sync-error';
import { parseServerAddress } from './address';
import { discoverImap } from './discover-imap';
import { discoverJmap } from './discover-jmap';
import { systemResolver, type MailResolver } from './srv';

/** A server that was found. No credential has been sent; the person confirms the host before one is. */
export interface Discovered {
  readonly settings: AccountSettings;
  /** Empty where only a server was given. */
  readonly email: string;
  /** How it was found, in a person's words. */
  readonly found: string;
}

/** ms that one protocol's search still has once the other's has found something; none where one port was given. */
const grace = 3000;

/** Something there spoke as a mail server: that tells more than that nothing speaks JMAP. */
const spoken: ReadonlySet<SyncErrorReason> = new Set(['insecure', 'unavailable', 'not-imap']);
const silent: ReadonlySet<SyncErrorReason> = new Set(['not-jmap', 'offline', 'host-not-found', 'timeout', 'tls']);

/**
 * Finds the servers of a mail address, a domain, `host:port` or a URL, JMAP before IMAP, the likeliest first, never
 * empty. Fails with a SyncError that says why there is none: host-not-found, not-jmap, not-imap, tls, insecure, …
 */
export async function discover(
  address: string,
  signal: AbortSignal,
  resolver: MailResolver = systemResolver,
): Promise<Discovered[]> {
  const server = parseServerAddress(address);
  const link = linkSignals(signal);
  let enough: NodeJS.Timeout | undefined;
  const settled = async (search: typeof discoverJmap) => {
    try {
      const found = await search(server, link.signal, resolver);
      if (found.length > 0) enough ??= setTimeout(() => link.abort(cancelled()), server.port === null ? grace : 0);
      return { found, error: null };
    } catch (error) {
      if (error instanceof SyncError) return { found: [], error };
      throw error;
    }
  };
  try {
    const [jmap, imap] = await Promise.all([settled(discoverJmap), settled(discoverImap)]);
    if (signal.aborted) throw cancelled(signal.reason);
    const found = [...jmap.found, ...imap.found];
    if (found.length > 0) return found;
    throw whyNone(jmap.error, imap.error);
  } finally {
    clearTimeout(enough);
    link.release();
  }
}

function whyNone(jmap: SyncError | null, imap: SyncError | null): SyncError {
  if (jmap === null || imap === null) return jmap ?? imap ?? new SyncError('not-jmap', 'No mail server was found.');
  const [first, second] = spoken.has(imap.reason) && silent.has(jmap.reason) ? [imap, jmap] : [jmap, imap];
  const details = [first.details, second.details].filter((text) => text !== '').join('\n');
  return new SyncError(first.reason, first.message, { details, cause: first });
}
