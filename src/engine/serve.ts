import { ResponseError, type CancellationToken, type MessageConnection } from 'vscode-jsonrpc/node';
import * as v from 'valibot';
import { requests, type Method, type Params, type Result } from './api';
import { toEngineError } from './errors';

/** JSON-RPC 2.0 codes: ours is in the range that is free for applications. */
const engineErrorCode = 1;
const invalidParamsCode = -32602;

type Handle = <M extends Method>(method: M, params: Params<M>, signal: AbortSignal) => Promise<Result<M>>;

/** The engine's side of a connection: every row of the table, its parameters parsed, its errors with their reason. */
export function serve(connection: MessageConnection, handle: Handle): void {
  for (const method of Object.keys(requests) as Method[]) {
    connection.onRequest(method, async (given: unknown, token: CancellationToken) => {
      const parsed = v.safeParse(requests[method].params, given);
      if (!parsed.success) {
        throw new ResponseError(invalidParamsCode, v.summarize(parsed.issues), { reason: 'invalid', details: method });
      }
      const abort = new AbortController();
      const subscription = token.onCancellationRequested(() => abort.abort());
      try {
        return await handle(method, parsed.output as never, abort.signal);
      } catch (thrown) {
        const { reason, message, details } = toEngineError(thrown);
        throw new ResponseError(engineErrorCode, message, { reason, details });
      } finally {
        subscription.dispose();
      }
    });
  }
}
