import * as v from 'valibot';

import { MethodError, SetFailure, type SetError } from '../errors';
import type { JsonObject } from '../json';
import { accountOf, changesArguments, getArguments, parseArguments, type CallContext, type Method } from '../method';
import type { Account, DataType } from '../store/account';
import type { Changes } from '../store/change-log';

/** `…/changes` of a type (RFC 8620 §5.2). */
export function changesMethod(type: DataType, extra: (changes: Changes) => JsonObject = () => ({})): Method {
  return (args, context) => {
    const { accountId, sinceState, maxChanges } = parseArguments(v.strictObject(changesArguments), args);
    const changes = accountOf(accountId, context).logs[type].since(sinceState, maxChanges ?? undefined);
    const { onlyCounts: _, ...response } = changes;
    return { accountId, ...response, ...extra(changes) };
  };
}

/**
 * `…/get` of a type whose records are cheap to make whole (RFC 8620 §5.1).
 * @param properties all there are; anything else is `invalidArguments`
 */
export function getMethod(
  type: DataType,
  properties: string[],
  read: (account: Account) => { ids: () => Iterable<string>; one: (id: string) => JsonObject | undefined },
): Method {
  return (args, context) => {
    const { accountId, ids, properties: wanted } = parseArguments(v.strictObject(getArguments), args);
    const account = accountOf(accountId, context);
    const unknown = wanted?.find((property) => !properties.includes(property));
    if (unknown !== undefined) throw new MethodError('invalidArguments', `properties: ${unknown} is none`);
    const records = read(account);
    const { list, notFound } = findAll(ids ?? null, records.ids, context, records.one);
    const chosen = wanted == null ? list : list.map((record) => pick(record, wanted));
    return { accountId, state: account.state(type), list: chosen, notFound };
  };
}

/** Finds records by id, each id once. @throws MethodError `requestTooLarge` above `maxObjectsInGet` */
export function findAll<T>(
  ids: string[] | null,
  allIds: () => Iterable<string>,
  { limits }: CallContext,
  one: (id: string) => T | undefined,
): { list: T[]; notFound: string[] } {
  const wanted = [...new Set(ids ?? allIds())];
  if (wanted.length > limits.maxObjectsInGet) throw new MethodError('requestTooLarge', 'maxObjectsInGet');
  const list: T[] = [];
  const notFound: string[] = [];
  for (const id of wanted) {
    const record = one(id);
    if (record === undefined) notFound.push(id);
    else list.push(record);
  }
  return { list, notFound };
}

/** The wanted properties of a record; `id` always (RFC 8620 §5.1). */
export function pick(record: JsonObject, properties: string[]): JsonObject {
  return Object.fromEntries(
    ['id', ...properties].filter((property) => property in record).map((property) => [property, record[property]]),
  );
}

type SetWork = {
  create?: JsonObject | null | undefined;
  update?: JsonObject | null | undefined;
  destroy?: string[] | null | undefined;
};
type SetSteps = {
  create: (creationId: string, values: JsonObject) => JsonObject;
  /** What the server set beside what it was told, or null. */
  update: (id: string, patch: JsonObject) => JsonObject | null;
  destroy: (id: string) => void;
};

/**
 * The frame of a `…/set` (RFC 8620 §5.3): each item by itself, creations first, a SetError for each that fails.
 * @throws MethodError `requestTooLarge` above `maxObjectsInSet`
 */
export function runSet(work: SetWork, { limits, createdIds }: CallContext, steps: SetSteps): JsonObject {
  const create = Object.entries(work.create ?? {}) as [string, JsonObject][];
  const update = Object.entries(work.update ?? {}) as [string, JsonObject][];
  const destroy = [...new Set(work.destroy ?? [])];
  if (create.length + update.length + destroy.length > limits.maxObjectsInSet) {
    throw new MethodError('requestTooLarge', 'maxObjectsInSet');
  }
  const created: JsonObject = {};
  const updated: JsonObject = {};
  const destroyed: string[] = [];
  const notCreated: Record<string, SetError> = {};
  const notUpdated: Record<string, SetError> = {};
  const notDestroyed: Record<string, SetError> = {};
  const resolve = (id: string) => (id.startsWith('#') ? (createdIds.get(id.slice(1)) ?? id) : id);
  for (const [creationId, values] of create) {
    attempt(notCreated, creationId, () => {
      const record = steps.create(creationId, values);
      createdIds.set(creationId, String(record.id));
      created[creationId] = record;
    });
  }
  const doomed = new Set(destroy.map(resolve));
  for (const [id, patch] of update) {
    attempt(notUpdated, id, () => {
      if (doomed.has(resolve(id))) throw new SetFailure({ type: 'willDestroy' });
      updated[resolve(id)] = steps.update(resolve(id), patch);
    });
  }
  for (const id of destroy) {
    attempt(notDestroyed, id, () => {
      steps.destroy(resolve(id));
      destroyed.push(resolve(id));
    });
  }
  return {
    created: orNull(created),
    updated: orNull(updated),
    destroyed: destroyed.length === 0 ? null : destroyed,
    notCreated: orNull(notCreated),
    notUpdated: orNull(notUpdated),
    notDestroyed: orNull(notDestroyed),
  };
}

function attempt(errors: Record<string, SetError>, id: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof SetFailure)) throw error;
    errors[id] = error.error;
  }
}

function orNull(items: JsonObject): JsonObject | null {
  return Object.keys(items).length === 0 ? null : items;
}
