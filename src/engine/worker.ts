/** The engine's thread: takes the lock of the folder, opens the engine, and answers this window and all others. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { DatabaseError } from '../db/database-error';
import { acquireLock } from '../db/lock';
import type { DiskGuard } from '../db/vfs/mount';
import { openEngine, type Engine } from './engine';
import { toEngineError } from './errors';
import { connectPort } from './rpc';
import { notify, serve } from './serve';
import { listenForWindows } from './windows';
import { shutDown, type WorkerInput, type WorkerMessage } from './worker-messages';

const { folder, version, port } = workerData as WorkerInput;
const windows = new Set<MessageConnection>();

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function start(): Promise<void> {
  let engine: Engine | undefined;
  const lock = await acquireLock(join(folder, 'mail.db'), {
    onLost: () => {
      engine?.abandon();
      process.exit(1); // ends this thread only; the host looks for the new owner
    },
  });
  const guard: DiskGuard = (operation) => {
    if (operation !== 'open' && operation !== 'read' && !lock.held)
      throw new DatabaseError('locked', 'Another window has taken over the mail database.');
  };
  try {
    engine = await openEngine({
      folder,
      guard,
      emit: (event, data) => {
        for (const connection of windows) notify(connection, event, data);
      },
    });
    const opened = engine;
    const others = await listenForWindows(folder, version, (connection) => welcome(opened, connection));
    parentPort?.on('message', (message) => {
      if (message !== shutDown) return;
      others.close();
      void opened
        .close()
        .then(() => lock.release())
        .finally(() => process.exit(0));
    });
    const connection = connectPort(port);
    tell({ type: 'ready' });
    welcome(opened, connection);
    connection.listen();
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function welcome(engine: Engine, connection: MessageConnection): void {
  windows.add(connection);
  connection.onClose(() => windows.delete(connection));
  connection.onDispose(() => windows.delete(connection));
  serve(connection, (method, params, signal) => engine.handle(method, params, signal));
  engine.askForMissingSecrets();
}

start().catch((thrown: unknown) => {
  if (thrown instanceof DatabaseError && thrown.reason === 'locked') tell({ type: 'locked' });
  else {
    const { reason, message, details } = toEngineError(thrown);
    tell({ type: 'failed', reason, message, details });
  }
  process.exit(1);
});
