import type { Method, Params, Result } from '../../../../src/engine/api';
import type { EngineContext } from '../../../../src/engine/engine-context';
import { accountHandlers } from '../../../../src/engine/handlers/accounts';
import { actionHandlers } from '../../../../src/engine/handlers/actions';
import { messageHandlers } from '../../../../src/engine/handlers/messages';
import { createMessageActions, type MessageActions } from '../../../../src/views/commands/message-actions';
import type { DirectoryState } from '../../../../src/views/mailboxes/directory';
import { directoryState } from './samples';

/** What a person does to messages, all the way into a real database; only list, reader and dialog are stood in for. */
export interface EngineActions {
  readonly actions: MessageActions;
  readonly directory: { state: DirectoryState };
  readonly request: <M extends Method>(method: M, params: Params<M>) => Promise<Result<M>>;
  /** What list, reader and dialog were asked, in order. */
  readonly asked: readonly string[];
}

/** `whileAsked`: what happens elsewhere while the dialog stands open. */
export async function engineActions(
  context: EngineContext,
  whileAsked: () => void = () => undefined,
): Promise<EngineActions> {
  const handlers: Partial<Record<Method, (params: never, signal: AbortSignal) => unknown>> = {
    ...accountHandlers(context),
    ...messageHandlers(context),
    ...actionHandlers(context),
  };
  const request = async <M extends Method>(method: M, params: Params<M>): Promise<Result<M>> => {
    const handler = handlers[method];
    if (handler === undefined) throw new Error(`${method} is not part of this test`);
    return (await handler(params as never, new AbortController().signal)) as Result<M>;
  };
  const asked: string[] = [];
  const note = (what: string): Promise<void> => {
    asked.push(what);
    return Promise.resolve();
  };
  const directory = { state: directoryState(await request('overview', {}), await request('mailboxes/list', {})) };
  const actions = createMessageActions({
    client: { request },
    list: { selectBeyond: () => note('go on in the list') },
    reader: { leave: () => note('go on in the reader') },
    directory,
    confirmDeletion: async (count) => {
      await note(`delete ${count}?`);
      whileAsked();
      return true;
    },
    onApplied: () => undefined,
  });
  return { actions, directory, request, asked };
}
