import type { MessageConnection } from 'vscode-jsonrpc/node';

/** Registers the handlers of a connection before it listens. */
export type Prepare = (connection: MessageConnection) => void;

/** `failed`: an engine of our own that neither was told to end nor lost the folder to another window. */
export type EngineEnd = 'over' | 'failed';

/** A connection to an engine, listening. */
export interface Served {
  readonly connection: MessageConnection;
  /** For the log. */
  readonly description: string;
  /** The engine is gone: its window closed, it crashed, or it lost its lock. */
  readonly ended: Promise<EngineEnd>;
  /** Closes our side; an engine of our own is shut down in good order. */
  close(): Promise<void>;
}
