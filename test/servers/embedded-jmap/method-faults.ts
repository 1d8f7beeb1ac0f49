import { MethodError } from './errors';
import type { MethodFault } from './faults';
import { isObject, type JsonObject } from './json';

type Run = (args: JsonObject) => JsonObject;

/** Runs a method as a fault would have it. */
export function runWithFault(fault: MethodFault, args: JsonObject, run: Run): JsonObject {
  switch (fault.kind) {
    case 'methodError':
      if (fault.applied === true) run(args);
      throw new MethodError(fault.type, fault.description);
    case 'mutate':
      return fault.change(run(args));
    case 'stuckChanges':
      return stuck(run({ ...args, maxChanges: undefined }));
    case 'notFound':
      return withoutRecords(run(args), fault.ids);
    case 'withoutTotal': {
      const { total: _, ...response } = run(args);
      return response;
    }
    case 'emptyPage':
      return { ...run(args), ids: [] };
    case 'ignorePosition':
      return run({ ...args, position: 0 });
    case 'setErrors':
      return refuseItems(fault, args, run);
  }
}

function stuck(response: JsonObject): JsonObject {
  return { ...response, newState: response.oldState, hasMoreChanges: true, created: [], updated: [], destroyed: [] };
}

function withoutRecords(response: JsonObject, ids: string[] | undefined): JsonObject {
  const list = Array.isArray(response.list) ? response.list.filter(isObject) : [];
  const isHidden = (record: JsonObject) => ids === undefined || ids.includes(String(record.id));
  const notFound = Array.isArray(response.notFound) ? (response.notFound as unknown[]) : [];
  return {
    ...response,
    list: list.filter((record) => !isHidden(record)),
    notFound: [...notFound, ...list.filter(isHidden).map((record) => record.id)],
  };
}

function refuseItems(fault: MethodFault & { kind: 'setErrors' }, args: JsonObject, run: Run): JsonObject {
  const isRefused = (id: string) => fault.ids === undefined || fault.ids.includes(id);
  const refused = (ids: string[]) => Object.fromEntries(ids.filter(isRefused).map((id) => [id, fault.error]));
  const keys = (value: unknown) => (isObject(value) ? Object.keys(value) : []);
  const kept = (value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).filter(([id]) => !isRefused(id))) : value;
  const destroy = Array.isArray(args.destroy) ? args.destroy.map(String) : [];
  const response = run({
    ...args,
    ...(args.create === undefined ? {} : { create: kept(args.create) }),
    ...(args.update === undefined ? {} : { update: kept(args.update) }),
    ...(args.destroy === undefined ? {} : { destroy: destroy.filter((id) => !isRefused(id)) }),
  });
  const add = (name: string, errors: JsonObject) =>
    Object.keys(errors).length === 0
      ? {}
      : { [name]: { ...(isObject(response[name]) ? response[name] : {}), ...errors } };
  return {
    ...response,
    ...add('notCreated', refused(keys(args.create))),
    ...add('notUpdated', refused(keys(args.update))),
    ...add('notDestroyed', refused(destroy)),
  };
}
