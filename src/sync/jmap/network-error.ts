import { SyncError } from '../sync-error';
import { describeUrl } from './server-url';

const certificateProblems: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet (or the clock of this computer is wrong)',
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that this computer does not trust',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an authority that this computer does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority that this computer does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it does not show who signed its certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  HOSTNAME_MISMATCH: 'its certificate is for another host',
};

const offline: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENETRESET',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'EPIPE',
  'ENOTCONN',
]);

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

  const certificateProblem = certificateProblems[code];
  if (certificateProblem !== undefined) {
    return new SyncError('tls', `The connection to ${host} would not be safe: ${certificateProblem}.`, options);
  }
  if (code === 'EPROTO' || /^ERR_(SSL|TLS)_|^CERT_/.test(code)) {
    return new SyncError(
      'tls',
      `No safe connection to ${host} could be made: it does not answer with TLS as expected.`,
      options,
    );
  }
  if (code === 'ENOTFOUND') return new SyncError('host-not-found', `There is no host ${url.hostname}.`, options);
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT' || code.endsWith('_TIMEOUT')) {
    return new SyncError('timeout', `${host} did not answer in time.`, options);
  }
  if (offline.has(code) || (code === 'UND_ERR_SOCKET' && phase === 'headers')) {
    return new SyncError('offline', `${host} cannot be reached.`, options);
  }
  if (code.startsWith('HPE_')) return new SyncError('protocol', `${host} does not speak HTTP there.`, options);
  // The Fetch standard's list of ports that web content never goes to: mail ports are among them.
  if (message === 'bad port')
    return new SyncError('not-jmap', `Port ${url.port} is not one that JMAP servers use.`, options);
  if (phase === 'body') return new SyncError('protocol', `The answer of ${host} broke off or cannot be read.`, options);
  return new SyncError('offline', `The connection to ${host} failed.`, options);
}

/** `fetch` wraps the reason in `cause`, and several addresses tried in an AggregateError. */
function innermost(error: unknown): { code: string; message: string } {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth++) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : '';
    const inner: unknown = current.cause ?? (current instanceof AggregateError ? current.errors[0] : undefined);
    if (code !== '' || !(inner instanceof Error)) return { code, message: current.message };
    current = inner;
  }
  return { code: '', message: String(current) };
}
