import type { JsonObject } from './json';

export type RequestErrorReason = 'unknownCapability' | 'notJSON' | 'notRequest' | 'limit';

/** The whole request was refused (RFC 8620 §3.6.1); answered as an RFC 7807 problem document. */
export class RequestError extends Error {
  constructor(
    readonly reason: RequestErrorReason,
    detail: string,
    /** Which limit, when the reason is `limit`. */
    readonly limit?: string,
  ) {
    super(detail);
    this.name = 'RequestError';
  }

  /** The problem document. */
  toProblem(): JsonObject {
    return {
      type: `urn:ietf:params:jmap:error:${this.reason}`,
      status: 400,
      detail: this.message,
      ...(this.limit === undefined ? {} : { limit: this.limit }),
    };
  }
}

export type MethodErrorReason =
  | 'accountNotFound'
  | 'accountNotSupportedByMethod'
  | 'anchorNotFound'
  | 'cannotCalculateChanges'
  | 'forbidden'
  | 'invalidArguments'
  | 'invalidResultReference'
  | 'requestTooLarge'
  | 'serverFail'
  | 'serverPartialFail'
  | 'serverUnavailable'
  | 'stateMismatch'
  | 'tooManyChanges'
  | 'unknownMethod'
  | 'unsupportedFilter'
  | 'unsupportedSort';

/** One method call failed (RFC 8620 §3.6.2); the calls after it still run. */
export class MethodError extends Error {
  constructor(
    readonly reason: MethodErrorReason,
    description?: string,
  ) {
    super(description ?? reason);
    this.name = 'MethodError';
  }

  toArguments(): JsonObject {
    return this.message === this.reason ? { type: this.reason } : { type: this.reason, description: this.message };
  }
}

/** What `notCreated`, `notUpdated` and `notDestroyed` hold for each item (RFC 8620 §5.3). */
export type SetError = { type: string; description?: string; properties?: string[]; [extra: string]: unknown };

/** One item of a `…/set` was refused; the others go on. */
export class SetFailure extends Error {
  readonly reason: string;

  constructor(readonly error: SetError) {
    super(error.description ?? error.type);
    this.name = 'SetFailure';
    this.reason = error.type;
  }
}

/** The commonest refusal: these properties do not fit. */
export function invalidProperties(description: string, ...properties: string[]): SetFailure {
  return new SetFailure({ type: 'invalidProperties', description, properties });
}
