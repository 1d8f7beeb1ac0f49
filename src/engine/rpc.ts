import type { MessagePort } from 'node:worker_threads';
import type { Socket } from 'node:net';
import {
  ConnectionError,
  createMessageConnection,
  ErrorCodes,
  PortMessageReader,
  PortMessageWriter,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import * as v from 'valibot';
import type { ErrorReason } from './api';
import { EngineError } from './client';

export function connectPort(port: MessagePort): MessageConnection {
  return createMessageConnection(new PortMessageReader(port), new PortMessageWriter(port));
}

export function connectSocket(socket: Socket): MessageConnection {
  return createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
}

const errorData = v.object({ reason: v.string(), details: v.string() });

/** The engine went away with the request: whether it did what was asked is not known. */
export function isConnectionLost(thrown: unknown): boolean {
  if (thrown instanceof ConnectionError) return true;
  return thrown instanceof ResponseError && lostCodes.has(thrown.code);
}

const lostCodes = new Set<number>([
  ErrorCodes.PendingResponseRejected,
  ErrorCodes.ConnectionInactive,
  ErrorCodes.MessageWriteError,
]);

/** The views' side: turns what came over the wire back into an EngineError. */
export function fromWire(thrown: unknown): EngineError {
  if (thrown instanceof ResponseError) {
    const data = v.safeParse(errorData, thrown.data);
    if (data.success) return new EngineError(data.output.reason as ErrorReason, thrown.message, data.output.details);
  }
  return new EngineError('internal', thrown instanceof Error ? thrown.message : String(thrown));
}
