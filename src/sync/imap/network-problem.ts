import { SyncError } from '../sync-error';

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

/** What a socket, the resolver or TLS failed with. */
export function networkProblem(error: Error, host: string, options: { details: string; cause: unknown }): SyncError {
  const code = codeOf(error);
  const certificateProblem = certificateProblems[code];
  if (certificateProblem !== undefined) {
    return new SyncError('tls', `The connection to ${host} would not be safe: ${certificateProblem}.`, options);
  }
  if (code === 'EPROTO' || /^ERR_(SSL|TLS)_|^CERT_/.test(code)) {
    const message = `No safe connection to ${host} could be made: it does not answer with TLS as expected.`;
    return new SyncError('tls', message, options);
  }
  if (code === 'ENOTFOUND') return new SyncError('host-not-found', `There is no host ${host}.`, options);
  if (code === 'ETIMEDOUT') return new SyncError('timeout', `${host} did not answer in time.`, options);
  return new SyncError('offline', `${host} cannot be reached.`, options);
}

/** Several addresses tried are an AggregateError. */
function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner instanceof Error ? codeOf(inner) : '';
}
