import type { ImapResponse } from './attributes';
import { asSyncError } from '../loop-error';
import { innermost, networkProblem } from '../network-problem';
import { SyncError, type SyncErrorReason } from '../sync-error';
import { responseCode } from './attributes';

/** What imapflow puts on the errors that it throws. */
interface ImapFailure {
  readonly message: string;
  readonly code?: string;
  readonly responseStatus?: string;
  readonly responseText?: string;
  readonly response?: unknown;
  /** Of a refused login, whose `response` is only its text any more. */
  readonly serverResponseCode?: string;
  readonly authenticationFailed?: boolean;
  readonly tlsFailed?: boolean;
  /** ms. */
  readonly throttleReset?: number;
  /** What the server said when it hung up (BYE). */
  readonly reason?: unknown;
}

/** A command that the server answered with NO or BAD. */
export class CommandRefused extends SyncError {
  constructor(
    reason: SyncErrorReason,
    message: string,
    options: ConstructorParameters<typeof SyncError>[2],
    readonly status: 'NO' | 'BAD',
    /** Response code in upper case (RFC 5530): `OVERQUOTA`, `TRYCREATE`, …; empty if there is none. */
    readonly code: string,
  ) {
    super(reason, message, options);
  }
}

/**
 * imapflow takes `NO [EXPUNGEISSUED]` for a success, with which Dovecot answers where some messages of a set are gone. So
 * it is for a FETCH, which may leave some out; but a COPY has not copied any (RFC 9051 §6.4.7).
 */
export function partlyDone(response: ImapResponse): Error {
  const responseText = 'Some of the requested messages no longer exist';
  return Object.assign(new Error(responseText), { responseStatus: 'NO', responseText, response });
}

/** The server said no to this one command: the connection, the sign-in and all the rest are as good as before. */
export function isRefusalOfOne(error: unknown): error is CommandRefused {
  return error instanceof CommandRefused && error.reason !== 'rate-limited' && error.reason !== 'auth';
}

/** Response codes of RFC 5530 and their kind (S29); others follow from the text. */
const codeReasons: Readonly<Record<string, SyncErrorReason>> = {
  UNAVAILABLE: 'unavailable',
  INUSE: 'unavailable',
  SERVERBUG: 'unavailable',
  CONTACTADMIN: 'unavailable',
  EXPUNGEISSUED: 'unavailable',
  AUTHENTICATIONFAILED: 'auth',
  AUTHORIZATIONFAILED: 'auth',
  EXPIRED: 'auth',
  TRYCREATE: 'not-found',
  NONEXISTENT: 'not-found',
  TOOBIG: 'too-large',
  LIMIT: 'refused',
  OVERQUOTA: 'refused',
  CANNOT: 'refused',
  NOPERM: 'refused',
  ALREADYEXISTS: 'refused',
};

/** Of a login, or said at the hang-up: to wait in vain does no harm, but to ask for a password does. */
const tooMany =
  /too many|maximum number|connection limit|exceeded.*(limit|connections)|rate.?limit|throttl|try again later/i;
/**
 * Of a command. Too much of what comes by itself: only this has everything wait (S29). "Too many keywords", or a mailbox
 * whose quota is "exceeded", is the fault of one message, and stays so.
 */
const asksToWait =
  /too many (\w+ ){0,2}(connections|requests|commands)|maximum number of (\w+ ){0,2}(connections|requests|sessions)|(bandwidth|command|request|connection)s? limit|exceeded.*(connections|bandwidth)|rate.?limit|throttl/i;
/** Codes that Gmail (OVERQUOTA) and Yahoo (LIMIT) send for that as well; any other that is known says it all. */
const ambiguous: ReadonlySet<string> = new Set(['LIMIT', 'OVERQUOTA', 'UNAVAILABLE']);
/** Exchange lets in whom it has no connection for, and says so afterwards. */
const temporary =
  /temporar|internal error|unavailable|\[SYS\/TEMP|timeout|timed out|\b(dead)?lock(ed)?\b|try again later|authenticated but not connected/i;

/** Whatever a connection or a command failed with. `where` says what was tried, for the log. */
export function toSyncError(thrown: unknown, host: string, where: string): SyncError {
  if (thrown instanceof SyncError) return thrown;
  const failure = (thrown instanceof Error ? thrown : new Error(String(thrown))) as ImapFailure & Error;
  const farewell = typeof failure.reason === 'string' ? failure.reason : '';
  const said = (failure.responseText ?? farewell).slice(0, 300);
  const details = `${host}: ${where}: ${[failure.code, failure.responseStatus, said || failure.message].filter(Boolean).join(' ')}`;
  const options = { details, cause: thrown };
  if (failure.code === 'ETHROTTLE') {
    return new SyncError('rate-limited', `${host} asks to wait: too many requests.`, {
      ...options,
      retryAfter: failure.throttleReset ?? null,
    });
  }
  if (tooMany.test(farewell)) return new SyncError('rate-limited', `${host} asks to wait: ${said}`, options);
  if (temporary.test(farewell)) return new SyncError('unavailable', `${host} could not do it now: ${said}`, options);
  if (failure.responseStatus === 'NO' || failure.responseStatus === 'BAD') return refusal(failure, host, options);
  if (failure.tlsFailed === true) {
    return new SyncError('tls', `${host} does not offer a safe connection (STARTTLS) there.`, options);
  }
  const known = flowProblem(failure, host, options);
  if (known !== null) return known;
  return innermost(failure).code === '' ? ownFault(thrown, host, where) : networkProblem(failure, host, options);
}

/**
 * What our own code threw: the network is none of its reasons, which all bear a code of the system. As `offline` it would
 * be tried for ever, with no attempt counted and no trace of where it came from.
 */
export function ownFault(thrown: unknown, host: string, where: string): SyncError {
  if (thrown instanceof SyncError) return thrown;
  const { reason, message, details } = asSyncError(thrown);
  return new SyncError(reason, message, { details: `${host}: ${where}: ${details}`, cause: thrown });
}

function refusal(failure: ImapFailure, host: string, options: { details: string; cause: unknown }): SyncError {
  const code = failure.serverResponseCode ?? codeOf(failure.response);
  const said = (failure.responseText ?? '').slice(0, 300);
  const status = failure.responseStatus === 'BAD' ? 'BAD' : 'NO';
  const refused = (reason: SyncErrorReason, message: string): CommandRefused =>
    new CommandRefused(reason, message, options, status, code);
  if (failure.authenticationFailed === true) return loginProblem(code, said, host, refused);
  const known = codeReasons[code];
  if ((known === undefined || ambiguous.has(code)) && asksToWait.test(said))
    return refused('rate-limited', `${host} asks to wait: ${said}`);
  if (known !== undefined) return refused(known, `${host} could not do it: ${said}`);
  if (temporary.test(said)) return refused('unavailable', `${host} could not do it now: ${said}`);
  return refused('refused', `${host} refused it: ${said || 'it did not say why'}`);
}

/** A refused login is the password's fault only if the server does not say something else. */
function loginProblem(
  code: string,
  said: string,
  host: string,
  refused: (reason: SyncErrorReason, message: string) => CommandRefused,
): CommandRefused {
  if (tooMany.test(said) || code === 'LIMIT') return refused('rate-limited', `${host} asks to wait: ${said}`);
  if (codeReasons[code] === 'unavailable' || (code === '' && /temporar|unavailable|internal error/i.test(said))) {
    return refused('unavailable', `${host} cannot check the password now: ${said}`);
  }
  if (code === 'PRIVACYREQUIRED') return refused('tls', `${host} wants a safe connection before it takes a password.`);
  const hint =
    said === '' || /authentication ?failed|invalid credentials|login failed/i.test(said) ? '' : ` It says: ${said}`;
  return refused('auth', `${host} did not accept the user name and password.${hint}`);
}

/** imapflow's own codes; see ImapFlowErrorCode. */
function flowProblem(
  { code = '', message }: ImapFailure,
  host: string,
  options: { details: string; cause: unknown },
): SyncError | null {
  if (code === 'CONNECT_TIMEOUT' || code === 'ETIMEOUT' || code === 'UPGRADE_TIMEOUT')
    return new SyncError('timeout', `${host} did not answer in time.`, options);
  if (code === 'GREETING_TIMEOUT' || code === 'ClosedAfterConnectText')
    return new SyncError(
      'not-imap',
      `Something listens at ${host}, but it does not greet like a mail server.`,
      options,
    );
  if (code === 'STARTTLS_INJECTION' || code === 'CERTIFICATE_NOT_PINNED')
    return new SyncError('tls', `The connection to ${host} is not safe: ${message}`, options);
  if (['NoConnection', 'EConnectionClosed', 'StateLogout'].includes(code))
    return new SyncError('offline', `${host} closed the connection.`, options);
  if (code === 'ClosedAfterConnectTLS') return new SyncError('tls', `${host} does not answer with TLS there.`, options);
  const ours =
    /^(ParserError|UnexpectedTag|MissingTag|InvalidResponse|ResponseProcessing|MAX_IMAP|\w+TooLarge|TooMany)/;
  return ours.test(code) ? new SyncError('protocol', `${host} sent an answer that makes no sense.`, options) : null;
}

function codeOf(response: unknown): string {
  return typeof response === 'object' && response !== null ? (responseCode(response)?.name ?? '') : '';
}
