import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { acquireLock, type Lock, type LockOptions } from '../lock/lock';
import { LockError } from '../lock/lock-error';
import type { LockState } from '../lock/lock-watch';
import { EngineError } from '../client';
import { connectPort } from '../rpc';
import { removeAddress } from '../windows';
import { shutDown, type WorkerMessage, type WorkerInput } from '../worker-messages';
import type { EngineEnd, Prepare, Served } from './served';
import { cannotStart } from './start-errors';

export interface SpawnOptions {
  /** Global storage, as a path. */
  readonly folder: string;
  /** The worker's bundle. */
  readonly workerFile: string;
  readonly version: string;
}

/** ms: what a shut-down may take (checkpoint of the log) before the thread is ended by force; nothing is lost by that. */
const shutDownTimeout = 3_000;

/** Engines of this process that have ended: the lock that one left, when it crashed, is nobody's. */
export const endedEngines = new Set<string>();

/**
 * Starts our own engine. `locked`: another window owns the folder. EngineError where it cannot start now. The lock is
 * taken here first, before the thread is made: where several windows want to take over, only one goes to that length.
 */
export async function spawnEngine(
  options: SpawnOptions,
  lock: LockState,
  prepare: Prepare,
): Promise<Served | 'locked'> {
  const token = randomBytes(16).toString('hex');
  const silent = lock.state === 'silent' ? (lock.sighting ?? undefined) : undefined;
  const claim = await claimFolder(options.folder, { token, ended: endedEngines, silent, onLost: () => undefined });
  if (claim === 'locked') return 'locked';
  try {
    removeAddress(lock.sighting);
    return await startWorker(options, { token, afterSilence: silent !== undefined }, prepare);
  } finally {
    claim.release(); // nothing, if the worker has it
  }
}

async function claimFolder(folder: string, options: LockOptions): Promise<Lock | 'locked'> {
  try {
    return await acquireLock(join(folder, 'mail.db'), options);
  } catch (error) {
    if (!(error instanceof LockError)) throw error;
    if (error.reason === 'locked') return 'locked';
    throw new EngineError('database', error.message, error.details);
  }
}

async function startWorker(
  { folder, workerFile, version }: SpawnOptions,
  claim: Pick<WorkerInput, 'token' | 'afterSilence'>,
  prepare: Prepare,
): Promise<Served | 'locked'> {
  const { port1, port2 } = new MessageChannel();
  const input: WorkerInput = { folder, version, port: port2, ...claim };
  const worker = new Worker(workerFile, { workerData: input, transferList: [port2], name: 'mailpane-engine' });
  let hasLostLock = false;
  const ended = new Promise<EngineEnd>((resolve) =>
    worker.once('exit', (code) => {
      endedEngines.add(claim.token);
      resolve(code === 0 || hasLostLock ? 'over' : 'failed');
    }),
  );
  const told = await new Promise<WorkerMessage>((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (error) =>
      resolve({ type: 'failed', reason: 'internal', message: error.message, details: error.stack ?? error.message }),
    );
    worker.once('exit', (code) =>
      resolve({
        type: 'failed',
        reason: 'internal',
        message: 'The mail engine ended at its start.',
        details: `Code ${code}`,
      }),
    );
  });
  if (told.type !== 'ready') {
    port1.close();
    await ended;
    if (told.type === 'locked') return 'locked';
    throw told.reason === 'internal'
      ? cannotStart([told.message, told.details].join('\n'))
      : new EngineError(told.reason, told.message, told.details);
  }
  worker.on('message', (message: WorkerMessage) => (hasLostLock ||= message.type === 'locked'));
  worker.on('error', () => undefined); // `exit` follows: the client looks for an engine again
  const connection = connectPort(port1);
  prepare(connection);
  connection.listen();
  const close = async (): Promise<void> => {
    worker.postMessage(shutDown);
    const force = setTimeout(() => void worker.terminate(), shutDownTimeout);
    await ended;
    clearTimeout(force);
    connection.dispose();
    port1.close();
  };
  return { connection, description: 'Runs the engine for all windows.', ended, close };
}
