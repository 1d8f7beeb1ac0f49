import { describeUrl } from '../jmap/server-url';
import { SyncError, type SyncErrorReason } from '../sync-error';
import type { ServerAddress } from './address';
import type { Candidate } from './candidates';

export interface Failure {
  readonly candidate: Candidate;
  readonly error: SyncError;
}

/** The more a failure tells, the earlier: that a host is there but no mail server tells more than one that is not. */
const telling: readonly SyncErrorReason[] = [
  'insecure',
  'refused',
  'auth',
  'tls',
  'rate-limited',
  'unavailable',
  'not-jmap',
  'protocol',
  'timeout',
  'offline',
  'host-not-found',
];

/**
 * Why no server was found, by the failure that tells most. Customary names that lead nowhere say nothing, unless the
 * domain itself is nowhere either. `details` lists every place that was tried.
 */
export function noneFound(server: ServerAddress, failures: readonly Failure[]): SyncError {
  const named = mostTelling(failures.filter(({ candidate }) => candidate.isNamed));
  const guessed = mostTelling(failures.filter(({ candidate }) => !candidate.isNamed));
  const best = named && named.reason !== 'host-not-found' ? named : (guessed ?? named);
  const host = server.port === null ? server.hostname : `${server.hostname}:${server.port}`;
  const details = failures.map(
    ({ candidate: { url }, error }) => `${describeUrl(url)}: ${error.reason}, ${error.details}`,
  );
  // What makes no sense as JMAP is none: only a server that is known to be one can break its protocol.
  const reason = best && best.reason !== 'protocol' ? best.reason : 'not-jmap';
  return new SyncError(reason, `No mail server was found for ${host}. ${best?.message ?? ''}`.trim(), {
    details: details.join('\n'),
    cause: best,
  });
}

function mostTelling(failures: readonly Failure[]): SyncError | undefined {
  const rank = ({ error }: Failure): number => telling.indexOf(error.reason);
  return [...failures].sort((one, other) => rank(one) - rank(other))[0]?.error;
}
