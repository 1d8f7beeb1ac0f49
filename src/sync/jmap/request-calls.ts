import * as v from 'valibot';
import type { Answers, Call, MethodError } from './client';
import type { JmapContext } from './jmap-context';

/** A back-reference (RFC 8620 §3.7); ours name one member of an answer: `/ids`. */
interface Reference {
  readonly resultOf: string;
  readonly path: string;
}

/**
 * Sends calls in as few requests as the server's `maxCallsInRequest` allows (S7). A back-reference into an earlier
 * request is filled in from its answer; where that one was answered with an error, so is the call that needs it.
 */
export async function requestCalls(
  { client }: JmapContext,
  calls: readonly Call[],
  signal: AbortSignal,
): Promise<Answers> {
  const { maxCallsInRequest } = client.limits;
  if (calls.length <= maxCallsInRequest) return await client.request(calls, signal);
  const answered = new Map<string, Answers>();
  const failed = new Map<string, MethodError>();
  for (let at = 0; at < calls.length; at += maxCallsInRequest) {
    const page: Call[] = [];
    for (const call of calls.slice(at, at + maxCallsInRequest)) {
      const error = failureOfNeeded(call);
      if (error === null) page.push(filledIn(call, answered));
      else failed.set(call.id, error);
    }
    if (page.length === 0) continue;
    const answers = await client.request(page, signal);
    for (const { id } of page) answered.set(id, answers);
  }
  return {
    read(id, schema) {
      const answers = answered.get(id);
      if (answers === undefined) throw failed.get(id) ?? new TypeError(`No call of these has the id ${id}.`);
      return answers.read(id, schema);
    },
    error: (id) => failed.get(id) ?? answered.get(id)?.error(id) ?? null,
  };

  function failureOfNeeded({ args }: Call): MethodError | null {
    for (const { resultOf } of references(args).values()) {
      const error = failed.get(resultOf) ?? answered.get(resultOf)?.error(resultOf);
      if (error) return error;
    }
    return null;
  }
}

function references(args: Call['args']): Map<string, Reference> {
  const entries = Object.entries(args).filter(([key]) => key.startsWith('#'));
  return new Map(entries.map(([key, value]) => [key, value as Reference]));
}

/** References into the same request are left to the server. */
function filledIn(call: Call, answered: ReadonlyMap<string, Answers>): Call {
  const args: Record<string, unknown> = { ...call.args };
  for (const [key, { resultOf, path }] of references(call.args)) {
    const answers = answered.get(resultOf);
    if (answers === undefined) continue;
    const member = path.slice(1);
    args[key.slice(1)] = answers.read(resultOf, v.looseObject({}))[member] ?? null;
    Reflect.deleteProperty(args, key);
  }
  return { ...call, args };
}
