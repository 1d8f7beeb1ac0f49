import { SyncError } from './sync-error';

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

export interface ProblemOptions {
  readonly details: string;
  readonly cause: unknown;
}

/** What a socket, the resolver or TLS failed with. `host` may have a port. */
export function networkProblem(error: unknown, host: string, options: ProblemOptions): SyncError {
  const { code } = innermost(error);
  return knownProblem(code, host, options) ?? new SyncError('offline', `${host} cannot be reached.`, options);
}

/** The same by the system's code alone; null: not one of the network's. */
export function knownProblem(code: string, host: string, options: ProblemOptions): SyncError | null {
  const certificateProblem = certificateProblems[code];
  if (certificateProblem !== undefined) {
    return new SyncError('tls', `The connection to ${host} would not be safe: ${certificateProblem}.`, options);
  }
  if (code === 'EPROTO' || /^ERR_(SSL|TLS)_|^CERT_/.test(code)) {
    const message = `No safe connection to ${host} could be made: it does not answer with TLS as expected.`;
    return new SyncError('tls', message, options);
  }
  if (code === 'ENOTFOUND') {
    return new SyncError('host-not-found', `There is no host ${host.replace(/:\d+$/, '')}.`, options);
  }
  if (code === 'ETIMEDOUT') return new SyncError('timeout', `${host} did not answer in time.`, options);
  if (offline.has(code)) return new SyncError('offline', `${host} cannot be reached.`, options);
  return null;
}

/** `fetch` wraps the reason in `cause`, and several addresses tried are an AggregateError. */
export function innermost(error: unknown): { code: string; message: string } {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth++) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : '';
    const inner: unknown = current.cause ?? (current instanceof AggregateError ? current.errors[0] : undefined);
    if (code !== '' || !(inner instanceof Error)) return { code, message: current.message };
    current = inner;
  }
  return { code: '', message: String(current) };
}
