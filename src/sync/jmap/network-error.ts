import { innermost, knownProblem } from '../network-problem';
import { SyncError } from '../sync-error';
import { describeUrl } from './server-url';

/**
 * What `fetch` or a body that it streams failed with, as a SyncError. `phase`: an answer that stops in the middle is
 * the server's doing where the connection was closed in good order, the network's where it was reset.
 */
export function networkError(error: unknown, url: URL, phase: 'headers' | 'body'): SyncError {
  if (error instanceof SyncError) return error;
  const { code, message } = innermost(error);
  const { host } = url;
  const options = {
    details: `${describeUrl(url)}: ${[code, message].filter((part) => part !== '').join(' ')}`,
    cause: error,
  };

  const known = knownProblem(code, host, options);
  if (known !== null) return known;
  if (code.endsWith('_TIMEOUT')) return new SyncError('timeout', `${host} did not answer in time.`, options);
  if (code === 'UND_ERR_SOCKET' && phase === 'headers') {
    return new SyncError('offline', `${host} cannot be reached.`, options);
  }
  if (code.startsWith('HPE_')) return new SyncError('protocol', `${host} does not speak HTTP there.`, options);
  // The Fetch standard's list of ports that web content never goes to: mail ports are among them.
  if (message === 'bad port')
    return new SyncError('not-jmap', `Port ${url.port} is not one that JMAP servers use.`, options);
  if (phase === 'body') return new SyncError('protocol', `The answer of ${host} broke off or cannot be read.`, options);
  return new SyncError('offline', `The connection to ${host} failed.`, options);
}
