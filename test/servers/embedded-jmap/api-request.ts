import * as v from 'valibot';

import { resolveReferences, type Invocation } from './back-references';
import { MethodError, RequestError } from './errors';
import type { Faults } from './faults';
import { isObject, type JsonObject } from './json';
import type { CallContext } from './method';
import { runWithFault } from './method-faults';
import { CORE, MAIL, methods, SUBMISSION } from './methods/table';
import type { Stats } from './stats';

const requestSchema = v.object({
  using: v.array(v.string()),
  methodCalls: v.array(v.strictTuple([v.string(), v.record(v.string(), v.unknown()), v.string()])),
  createdIds: v.optional(v.record(v.string(), v.string())),
});

export type ApiRequest = v.InferOutput<typeof requestSchema>;

/** Reads a Request object (RFC 8620 §3.3). @throws RequestError `notJSON`, `notRequest`, `unknownCapability`, `limit` */
export function parseApiRequest(body: string, contentType: string | undefined, maxCalls: number): ApiRequest {
  if (!/^application\/json\b/i.test(contentType ?? '')) {
    throw new RequestError('notJSON', `The content type is ${contentType ?? 'missing'}, not application/json`);
  }
  const result = v.safeParse(requestSchema, parseJson(body));
  if (!result.success) {
    const [issue] = result.issues;
    throw new RequestError('notRequest', `${v.getDotPath(issue) ?? 'request'}: ${issue.message}`);
  }
  const unknown = result.output.using.find((capability) => ![CORE, MAIL, SUBMISSION].includes(capability));
  if (unknown !== undefined) throw new RequestError('unknownCapability', `${unknown} is not known here`);
  if (result.output.methodCalls.length > maxCalls) {
    throw new RequestError('limit', `More than ${maxCalls} calls`, 'maxCallsInRequest');
  }
  return result.output;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new RequestError('notJSON', error instanceof Error ? error.message : 'Not JSON');
  }
}

/** The names of the methods in a request, as far as it can be read: for faults that wait for one. */
export function methodNames(body: string): string[] {
  try {
    const request: unknown = JSON.parse(body);
    const calls: unknown[] = isObject(request) && Array.isArray(request.methodCalls) ? request.methodCalls : [];
    return calls.flatMap((call) => (Array.isArray(call) && typeof call[0] === 'string' ? [call[0]] : []));
  } catch {
    return [];
  }
}

type Environment = Omit<CallContext, 'createdIds' | 'implicit'> & {
  faults: Faults;
  stats: Stats;
  sessionState: string;
};

/** Runs the calls in order, each with the results of those before it (RFC 8620 §3.4). */
export function runApiRequest(request: ApiRequest, environment: Environment): JsonObject {
  const createdIds = new Map(Object.entries(request.createdIds ?? {}));
  const methodResponses: Invocation[] = [];
  for (const [name, args, callId] of request.methodCalls) {
    const context: CallContext = { ...environment, createdIds, implicit: [] };
    environment.stats.countMethod(name);
    try {
      const response = runCall(name, resolveReferences(args, methodResponses), request.using, context, environment);
      methodResponses.push([name, response, callId]);
    } catch (error) {
      methodResponses.push(['error', toMethodError(error).toArguments(), callId]);
    }
    methodResponses.push(...context.implicit.map(([method, response]): Invocation => [method, response, callId]));
  }
  return {
    methodResponses,
    // Only if the client sent some (RFC 8620 §3.4).
    ...(request.createdIds === undefined ? {} : { createdIds: Object.fromEntries(createdIds) }),
    sessionState: environment.sessionState,
  };
}

function runCall(
  name: string,
  args: JsonObject,
  using: string[],
  context: CallContext,
  { faults, user }: Environment,
): JsonObject {
  const method = methods.get(name);
  if (method === undefined || !using.includes(method.capability)) throw new MethodError('unknownMethod');
  const fault = faults.takeMethod(name, user.name);
  const run = (finalArgs: JsonObject) => method.run(finalArgs, context);
  return fault === undefined ? run(args) : runWithFault(fault, args, run);
}

/** A mistake of this server must show in the test that met it, and not take the server down. */
function toMethodError(error: unknown): MethodError {
  if (error instanceof MethodError) return error;
  return new MethodError('serverFail', error instanceof Error ? (error.stack ?? error.message) : String(error));
}
