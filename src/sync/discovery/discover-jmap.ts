import { defaultTimeouts, type HttpContext } from '../jmap/http';
import { cancelled, linkSignals, orAborted } from '../linked-signal';
import { SyncError } from '../sync-error';
import type { ServerAddress } from './address';
import { candidatesFor, type Candidate } from './candidates';
import type { Discovered } from './discover';
import { noneFound, type Failure } from './none-found';
import { probe, type Probe } from './probe';
import type { MailResolver } from './srv';

/** ms that a host may take to answer. */
const patience = 10_000;
/** ms that the others still have once one was found: a domain's web server that never answers holds nobody up. */
const grace = 1500;

type Outcome = { readonly candidate: Candidate; readonly probe: Probe } | Failure;

/**
 * Finds the JMAP servers of a mail address, a domain, `host:port` or a URL, the likeliest first, never empty. Fails with
 * a SyncError that says why there is none: host-not-found, not-jmap, tls, insecure, offline, timeout, …
 */
export async function discoverJmap(
  server: ServerAddress,
  signal: AbortSignal,
  resolver: MailResolver,
): Promise<Discovered[]> {
  const candidates = await orAborted(candidatesFor(server, resolver), signal);
  const outcomes = await probeAll(candidates, signal);
  // Several ways to one server are one server: the first, which is the likeliest.
  const found = new Map<string, Discovered>();
  for (const outcome of outcomes) {
    if (!('probe' in outcome)) continue;
    const { sessionUrl } = outcome.probe;
    if (!found.has(sessionUrl.origin))
      found.set(sessionUrl.origin, discovered(server, outcome.candidate, outcome.probe));
  }
  if (found.size === 0)
    throw noneFound(
      server,
      outcomes.filter((outcome) => 'error' in outcome),
    );
  return [...found.values()];
}

function discovered({ email }: ServerAddress, candidate: Candidate, { sessionUrl, auth, hosts }: Probe): Discovered {
  const route = hosts.length > 1 ? `, which sends on to ${hosts.slice(1).join(', then ')}` : '';
  const plain = sessionUrl.protocol === 'http:' ? ', without encryption on this computer' : '';
  return {
    settings: { protocol: 'jmap', sessionUrl: sessionUrl.href, auth, username: email },
    email,
    found: `${candidate.source}${route}${plain}`,
  };
}

/** Asks all at once; answers in the order of the candidates. */
async function probeAll(candidates: readonly Candidate[], signal: AbortSignal): Promise<readonly Outcome[]> {
  const link = linkSignals(signal);
  const context: HttpContext = {
    traffic: { requests: 0, bytesReceived: 0, bytesSent: 0 },
    timeouts: { headers: patience, idle: Math.min(patience, defaultTimeouts.idle) },
    signal: link.signal,
  };
  let enough: NodeJS.Timeout | undefined;
  try {
    const outcomes = await Promise.all(
      candidates.map(async (candidate): Promise<Outcome> => {
        try {
          const found = await probe(candidate.url, context);
          enough ??= setTimeout(() => link.abort(cancelled()), grace);
          return { candidate, probe: found };
        } catch (error) {
          if (error instanceof SyncError) return { candidate, error };
          throw error;
        }
      }),
    );
    if (signal.aborted) throw cancelled(signal.reason);
    return outcomes;
  } finally {
    clearTimeout(enough);
    link.release();
  }
}
