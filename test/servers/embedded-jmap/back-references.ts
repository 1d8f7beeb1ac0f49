import { MethodError } from './errors';
import { isObject, type JsonObject } from './json';

export type Invocation = [name: string, args: JsonObject, callId: string];

/**
 * Puts results of earlier calls where `#name` arguments ask for them (RFC 8620 §3.7).
 * @throws MethodError `invalidArguments` if both `name` and `#name` are given, `invalidResultReference` if it leads nowhere
 */
export function resolveReferences(args: JsonObject, earlier: Invocation[]): JsonObject {
  const resolved: JsonObject = {};
  for (const [key, value] of Object.entries(args)) {
    if (!key.startsWith('#')) {
      resolved[key] = value;
      continue;
    }
    const name = key.slice(1);
    if (name in args) throw new MethodError('invalidArguments', `Both ${name} and ${key} are given`);
    resolved[name] = resolve(value, earlier);
  }
  return resolved;
}

function resolve(reference: unknown, earlier: Invocation[]): unknown {
  if (!isObject(reference)) throw new MethodError('invalidResultReference', 'Not a ResultReference');
  const { resultOf, name, path } = reference;
  const response = earlier.find(([, , callId]) => callId === resultOf);
  if (response === undefined) throw new MethodError('invalidResultReference', `No response to ${String(resultOf)}`);
  if (response[0] !== name) {
    throw new MethodError('invalidResultReference', `${String(resultOf)} was answered by ${response[0]}`);
  }
  if (typeof path !== 'string' || !(path === '' || path.startsWith('/'))) {
    throw new MethodError('invalidResultReference', 'The path is not a JSON pointer');
  }
  return follow(response[1], path.split('/').slice(1).map(unescapePointer));
}

/** A JSON pointer (RFC 6901), in which `*` maps over an array and flattens one level. */
function follow(value: unknown, tokens: string[]): unknown {
  const [token, ...rest] = tokens;
  if (token === undefined) return value;
  if (Array.isArray(value)) {
    if (token === '*') return value.flatMap((item) => follow(item, rest));
    if (/^(?:0|[1-9]\d*)$/.test(token) && Number(token) < value.length) return follow(value[Number(token)], rest);
  } else if (isObject(value) && Object.hasOwn(value, token)) {
    return follow(value[token], rest);
  }
  throw new MethodError('invalidResultReference', `The path has no ${token}`);
}

/** `~1` is `/`, `~0` is `~`, in this order (RFC 6901 §4). */
export function unescapePointer(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
