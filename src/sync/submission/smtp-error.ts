import { networkProblem, type ProblemOptions } from '../network-problem';
import { SyncError } from '../sync-error';

/** What nodemailer puts on its errors. */
interface SmtpFailure extends Error {
  readonly code?: string;
  /** The system's code, where `code` is nodemailer's own kind. */
  readonly originalCode?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly command?: string;
}

const certificate = /certificate|self.signed|altname|issuer/i;

/** Whatever a connection to a server for sending failed with, before any mail was sent. */
export function toSmtpError(thrown: unknown, host: string): SyncError {
  if (thrown instanceof SyncError) return thrown;
  const failure: SmtpFailure = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { code = '', originalCode = '', response = '', command = '' } = failure;
  const said = response.replaceAll(/\s+/g, ' ').slice(0, 300);
  const details = [`${host}:`, command, code, originalCode, failure.message.replaceAll(/\s+/g, ' ').slice(0, 300)]
    .filter((part) => part !== '')
    .join(' ');
  const options = { details, cause: thrown };
  if (failure.responseCode !== undefined) return refusal(failure.responseCode, code, said, host, options);
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    return new SyncError(
      'refused',
      `The sending server ${host} wants another way of signing in than a password.`,
      options,
    );
  }
  if (code === 'EPROTOCOL') {
    return new SyncError('not-smtp', `${host} answers, but not as a server for sending (SMTP).`, options);
  }
  if (code === 'ETIMEDOUT') {
    return new SyncError('timeout', `The sending server ${host} did not answer in time.`, options);
  }
  const system = Object.assign(new Error(failure.message), { code: originalCode === '' ? code : originalCode });
  if (code === 'EDNS') return networkProblem(Object.assign(system, { code: 'ENOTFOUND' }), host, options);
  if (code === 'ETLS' || certificate.test(failure.message)) return tlsProblem(system, host, options);
  return networkProblem(system, host, options);
}

function tlsProblem(system: Error, host: string, options: ProblemOptions): SyncError {
  const problem = networkProblem(system, host, options);
  if (problem.reason === 'tls') return problem;
  return new SyncError('tls', `No safe connection to the sending server ${host} could be made.`, options);
}

/** RFC 4954 §6 and RFC 3463: what a server answered with a number. */
function refusal(number: number, code: string, said: string, host: string, options: ProblemOptions): SyncError {
  if (code === 'ETLS') {
    return new SyncError(
      'tls',
      `The sending server ${host} does not offer a safe connection (STARTTLS) there.`,
      options,
    );
  }
  if (number === 530 || number === 538) {
    return new SyncError(
      'tls',
      `The sending server ${host} wants a safe connection before it takes a password.`,
      options,
    );
  }
  if (number === 535 || number === 534) {
    return new SyncError('auth', `The sending server ${host} did not accept the user name and password.`, options);
  }
  if (number === 421 || (number >= 400 && number < 500)) {
    return new SyncError('unavailable', `The sending server ${host} cannot do it now: ${said}`, options);
  }
  return new SyncError('refused', `The sending server ${host} refused: ${said}`, options);
}
