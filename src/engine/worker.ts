/** The engine's thread: takes the lock of the folder from its host, opens the engine, and answers this window and all others. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { DatabaseError } from '../db/database-error';
import { acquireLock } from './lock/lock';
import { LockError } from './lock/lock-error';
import { endLogs } from '../db/open-mail-db';
import type { DiskGuard } from '../db/vfs/mount';
import { openEngine, type Engine } from './engine';
import { toEngineError } from './errors';
import { connectPort } from './rpc';
import { FanOut } from './fan-out';
import { serve } from './serve';
import { listenForWindows, type ReplacedBy } from './windows';
import { shutDown, type WorkerInput, type WorkerMessage } from './worker-messages';

const { folder, version, port, token, afterSilence } = workerData as WorkerInput;
const windows = new FanOut();

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function start(): Promise<void> {
  const onLost = (): never => {
    tell({ type: 'locked' });
    return process.exit(1); // not another instruction; it ends this thread only, and the host looks for the new owner
  };
  const lock = await acquireLock(join(folder, 'mail.db'), { token, onLost });
  const guard: DiskGuard = (operation) => {
    if (!lock.held && operation !== 'open' && operation !== 'read')
      throw new DatabaseError('locked', 'Another window has taken over the mail database.');
  };
  try {
    if (afterSilence) await endLogs(folder, { guard });
    const engine = await openEngine({
      folder,
      guard,
      // Ends this thread only; the windows look for an engine again, and the one that starts mends what is damaged.
      onOver: () => {
        lock.release();
        process.exit(1);
      },
      emit: (event, data) => windows.tell(event, data),
    });
    let closing: Promise<void> | undefined;
    const close = async (replacedBy: ReplacedBy | null): Promise<void> => {
      others.close();
      await engine.close();
      if (replacedBy !== null) lock.publish({ replacedBy });
      lock.release();
    };
    const end = (replacedBy: ReplacedBy | null): void => {
      closing ??= close(replacedBy).finally(() => process.exit(0));
    };
    const others = await listenForWindows({
      version,
      onWindow: (connection, drop) => welcome(engine, connection, drop),
      onNewer: end,
    });
    parentPort?.on('message', (message) => {
      if (message === shutDown) end(null);
    });
    const connection = connectPort(port);
    lock.publish(others.address);
    tell({ type: 'ready' });
    welcome(engine, connection, () => undefined); // our own window runs in this process: it stops with us
    connection.listen();
  } catch (error) {
    lock.release();
    throw error;
  }
}

function welcome(engine: Engine, connection: MessageConnection, drop: () => void): void {
  windows.add(connection, drop);
  connection.onClose(() => engine.windowGone(connection));
  connection.onDispose(() => engine.windowGone(connection));
  serve(connection, (method, params, signal) => engine.handle(method, params, signal, connection));
  engine.askForMissingSecrets();
}

start().catch((thrown: unknown) => {
  if (thrown instanceof LockError && thrown.reason === 'locked') tell({ type: 'locked' });
  else {
    const { reason, message, details } = toEngineError(thrown);
    tell({ type: 'failed', reason, message, details });
  }
  process.exit(1);
});
