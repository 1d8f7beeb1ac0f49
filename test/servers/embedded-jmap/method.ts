import * as v from 'valibot';

import type { Invocation } from './back-references';
import { MethodError } from './errors';
import type { JsonObject } from './json';
import type { Limits } from './limits';
import type { Account } from './store/account';
import type { User } from './users';

/** What a method may know beside its arguments. */
export type CallContext = {
  user: User;
  /** Everybody, for mail that is submitted to one of them. */
  users: Iterable<User>;
  limits: Limits;
  /** Creation id → id, of this request (RFC 8620 §3.3). */
  createdIds: Map<string, string>;
  /** Responses that a method adds behind its own, such as the Email/set of a submission. */
  implicit: Invocation[];
  /** What was sent to addresses that are not of this server. */
  sentAway: (message: { from: string; to: string[]; raw: Buffer }) => void;
};

export type Method = (args: JsonObject, context: CallContext) => JsonObject;

/** Checks the arguments of a call. @throws MethodError `invalidArguments` naming the first that does not fit */
export function parseArguments<const S extends v.GenericSchema>(schema: S, args: JsonObject): v.InferOutput<S> {
  const result = v.safeParse(schema, args);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new MethodError('invalidArguments', `${v.getDotPath(issue) ?? 'arguments'}: ${issue.message}`);
}

/** @throws MethodError `accountNotFound` */
export function accountOf(accountId: string, { user }: CallContext): Account {
  if (user.account.id !== accountId) throw new MethodError('accountNotFound');
  return user.account;
}

/** An id of the request: `#k1` stands for what was created under `k1` (RFC 8620 §5.3). Unknown ones stay as they are. */
export function createdId(id: string, { createdIds }: CallContext): string {
  return id.startsWith('#') ? (createdIds.get(id.slice(1)) ?? id) : id;
}

/** @throws MethodError `stateMismatch` (RFC 8620 §5.3) */
export function checkState(ifInState: string | null | undefined, state: string): void {
  if (ifInState != null && ifInState !== state) throw new MethodError('stateMismatch', `The state is ${state}`);
}

const nonNegative = v.pipe(v.number(), v.integer(), v.minValue(0));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

export const idArgument = id;
export const countArgument = nonNegative;
export const getArguments = {
  accountId: id,
  ids: v.nullish(v.array(id)),
  properties: v.nullish(v.array(v.string())),
};
export const changesArguments = {
  accountId: id,
  sinceState: v.string(),
  maxChanges: v.nullish(v.pipe(nonNegative, v.minValue(1))),
};
const record = v.record(v.string(), v.unknown());
export const setArguments = {
  accountId: id,
  ifInState: v.nullish(v.string()),
  create: v.nullish(v.record(id, record)),
  update: v.nullish(v.record(id, record)),
  destroy: v.nullish(v.array(id)),
};
export const queryArguments = {
  accountId: id,
  filter: v.nullish(record),
  sort: v.nullish(v.array(record)),
  position: v.optional(v.pipe(v.number(), v.integer()), 0),
  anchor: v.nullish(id),
  anchorOffset: v.optional(v.pipe(v.number(), v.integer()), 0),
  limit: v.nullish(nonNegative),
  calculateTotal: v.optional(v.boolean(), false),
};
export const queryChangesArguments = {
  accountId: id,
  filter: v.nullish(record),
  sort: v.nullish(v.array(record)),
  sinceQueryState: v.string(),
  maxChanges: v.nullish(v.pipe(nonNegative, v.minValue(1))),
  upToId: v.nullish(id),
  calculateTotal: v.optional(v.boolean(), false),
};
