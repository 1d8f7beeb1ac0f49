import type { MessageConnection } from 'vscode-jsonrpc/node';

/** Registers the handlers of a connection before it listens. */
export type Prepare = (connection: MessageConnection) => void;

/** A connection to an engine, listening. */
export interface Served {
  readonly connection: MessageConnection;
  /** For the log. */
  readonly description: string;
  /** The engine is gone: its window closed, it crashed, or it lost its lock. */
  readonly ended: Promise<void>;
  /** Closes our side; an engine of our own is shut down in good order. */
  close(): Promise<void>;
}
