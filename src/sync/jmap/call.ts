import * as v from 'valibot';
import { SyncError, type SyncErrorReason } from '../sync-error';
import { describeIssues } from './parse-answer';
import { coreCapability, mailCapability } from './session';

export type Arguments = Readonly<Record<string, unknown>>;

/** One method call of a request (RFC 8620 §3.2). `id` is unique in its request. */
export interface Call {
  readonly name: string;
  /** The client adds `accountId` where it is absent. */
  readonly args: Arguments;
  readonly id: string;
}

export interface Answers {
  /**
   * The parsed answer of a call. Throws `MethodError` where the server answered an error, `SyncError('protocol')` where
   * it answered nothing, or something that does not fit.
   */
  read<S extends v.GenericSchema>(id: string, schema: S): v.InferOutput<S>;
  /** The error that a call was answered with; null: none. */
  error(id: string): MethodError | null;
}

/** A method-level error (RFC 8620 §3.6.2). */
export class MethodError extends SyncError {
  constructor(
    /** `cannotCalculateChanges`, `stateMismatch`, `requestTooLarge`, … */
    readonly type: string,
    readonly description: string,
    readonly method: string,
  ) {
    const { reason, words } = methodErrors[type] ?? { reason: 'refused', words: 'The server refused' };
    const said = description === '' ? '' : ` ${description.slice(0, 500)}`;
    super(reason, `${words}${said === '' ? '.' : `:${said}`}`, { details: `${method}: ${type}${said}` });
  }
}

const methodErrors: Readonly<Record<string, { readonly reason: SyncErrorReason; readonly words: string }>> = {
  serverUnavailable: { reason: 'unavailable', words: 'The server is busy with something else' },
  serverFail: { reason: 'unavailable', words: 'The server failed' },
  serverPartialFail: { reason: 'unavailable', words: 'The server did only a part of it' },
  // What these two ask for is done by whoever made the call; unhandled, the next try starts from a newer state.
  stateMismatch: { reason: 'unavailable', words: 'Something else changed at the same time' },
  cannotCalculateChanges: { reason: 'unavailable', words: 'The server does not know any more what changed' },
  rateLimit: { reason: 'rate-limited', words: 'The server asks to wait' },
  accountNotFound: { reason: 'unavailable', words: 'The server does not have this account any more' },
  notFound: { reason: 'not-found', words: 'The server does not have this any more' },
  requestTooLarge: { reason: 'too-large', words: 'The server does not take that much at once' },
  tooLarge: { reason: 'too-large', words: 'This is too large for the server' },
  forbidden: { reason: 'refused', words: 'The server does not allow this' },
  accountReadOnly: { reason: 'refused', words: 'This account can be read only' },
  overQuota: { reason: 'refused', words: 'The account is full' },
};

const capabilities: readonly { readonly of: RegExp; readonly urn: string }[] = [
  { of: /^(Mailbox|Email|Thread|SearchSnippet)\//, urn: mailCapability },
  { of: /^(Identity|EmailSubmission)\//, urn: 'urn:ietf:params:jmap:submission' },
  { of: /^VacationResponse\//, urn: 'urn:ietf:params:jmap:vacationresponse' },
];

/** The body of a request: which capabilities it uses follows from its methods. */
export function encodeRequest(calls: readonly Call[], accountId: string): string {
  const ids = new Set(calls.map(({ id }) => id));
  if (ids.size !== calls.length) throw new TypeError('Two calls of one request have the same id.');
  const using = [coreCapability];
  for (const { of, urn } of capabilities) if (calls.some(({ name }) => of.test(name))) using.push(urn);
  const methodCalls = calls.map(({ name, args, id }) => [
    name,
    name === 'Core/echo' ? args : { accountId, ...args },
    id,
  ]);
  return JSON.stringify({ using, methodCalls });
}

const responseSchema = v.object({
  methodResponses: v.array(v.tuple([v.string(), v.looseObject({}), v.string()])),
  sessionState: v.optional(v.fallback(v.string(), ''), ''),
});
const errorSchema = v.object({
  type: v.fallback(v.string(), 'unknown'),
  description: v.optional(v.fallback(v.string(), ''), ''),
});

/** What the server answered to `calls`; `host` is for the messages. */
export function decodeAnswers(
  json: unknown,
  calls: readonly Call[],
  host: string,
): { readonly answers: Answers; readonly sessionState: string } {
  const parsed = v.safeParse(responseSchema, json);
  if (!parsed.success) {
    throw new SyncError('protocol', `The answer of ${host} makes no sense.`, {
      details: describeIssues(parsed.issues),
    });
  }
  const { methodResponses, sessionState } = parsed.output;

  /** The call's own answer: implicit ones (RFC 8621 §7.5) carry the same id, but another name and come after it. */
  function find(id: string): { name: string; args: Arguments; method: string } | null {
    const method = calls.find((call) => call.id === id)?.name;
    if (method === undefined) throw new TypeError(`No call of this request has the id ${id}.`);
    const found = methodResponses.find(([name, , of]) => of === id && (name === method || name === 'error'));
    return found ? { name: found[0], args: found[1], method } : null;
  }

  function error(id: string): MethodError | null {
    const found = find(id);
    if (found?.name !== 'error') return null;
    const { type, description } = v.parse(errorSchema, found.args);
    return new MethodError(type, description, found.method);
  }

  function read<S extends v.GenericSchema>(id: string, schema: S): v.InferOutput<S> {
    const failed = error(id);
    if (failed) throw failed;
    const found = find(id);
    if (!found)
      throw new SyncError('protocol', `${host} left a question unanswered.`, { details: `no answer to ${id}` });
    const result = v.safeParse(schema, found.args);
    if (result.success) return result.output;
    throw new SyncError('protocol', `The answer of ${host} makes no sense.`, {
      details: `${found.method}: ${describeIssues(result.issues)}`,
    });
  }

  return { answers: { read, error }, sessionState };
}
