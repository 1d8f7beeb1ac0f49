import type { Changed, Method, Params, Result } from '../../../../src/engine/api';
import type { EngineState, MailClient } from '../../../../src/engine/client';

type Answers = { readonly [M in Method]?: (params: Params<M>) => Result<M> | Promise<Result<M>> };

/** The views' side of the door with answers of the test's own, and a note of every request. */
export interface ScriptedClient extends MailClient {
  readonly requested: readonly { readonly method: Method; readonly params: unknown }[];
  count(method: Method): number;
  change(changed: Partial<Changed>): void;
  enter(state: EngineState): void;
}

export const nothingChanged: Changed = {
  accounts: false,
  mailboxes: false,
  messagesIn: [],
  emails: [],
  outbox: false,
  status: false,
};

export function scriptedClient(answers: Answers): ScriptedClient {
  const requested: { method: Method; params: unknown }[] = [];
  const onChanged = new Set<(changed: Changed) => void>();
  const onState = new Set<(state: EngineState) => void>();
  let state: EngineState = { state: 'ready' };
  const subscribe = <T>(set: Set<T>, listener: T) => {
    set.add(listener);
    return { dispose: () => void set.delete(listener) };
  };
  return {
    requested,
    get state() {
      return state;
    },
    async request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
      requested.push({ method, params });
      const answer = answers[method];
      if (answer === undefined) throw new Error(`the test has no answer for ${method}`);
      return await answer(params);
    },
    onChanged: (listener) => subscribe(onChanged, listener),
    onState: (listener) => subscribe(onState, listener),
    onCredentialsNeeded: () => ({ dispose: () => undefined }),
    count: (method) => requested.filter((request) => request.method === method).length,
    change(changed) {
      for (const listener of onChanged) listener({ ...nothingChanged, ...changed });
    },
    enter(next) {
      state = next;
      for (const listener of onState) listener(next);
    },
    dispose: () => undefined,
  };
}
