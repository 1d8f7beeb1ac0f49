import type { MessagePort } from 'node:worker_threads';
import type { ErrorReason } from './api';

/** What the host gives the worker at its start. */
export interface WorkerInput {
  /** Global storage. */
  readonly folder: string;
  /** Of the extension, for other windows. */
  readonly version: string;
  /** JSON-RPC, once the worker says `ready`. */
  readonly port: MessagePort;
  /** The owner of the lock: the host took it for the worker. */
  readonly token: string;
  /** The lock was taken from a process that is frozen, and may wake. */
  readonly afterSilence: boolean;
}

/** What the worker tells the host beside JSON-RPC. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  /** Another window owns the folder: attach to it. */
  | { readonly type: 'locked' }
  /** It cannot start now; the client tries again later (restart-pace.ts). */
  | { readonly type: 'failed'; readonly reason: ErrorReason; readonly message: string; readonly details: string };

/** What the host tells the worker beside JSON-RPC: closes the files, gives the lock back, and ends. */
export const shutDown = 'shut-down';
