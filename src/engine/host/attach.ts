import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { sightLock } from '../lock/lock-file';
import { apiVersion } from '../api';
import { EngineError } from '../client';
import { connectSocket } from '../rpc';
import { addressIn, hello, stepAside, type EngineAddress, type HelloAnswer } from '../windows';
import type { EngineEnd, Prepare, Served } from './served';

/** ms: an owner on this machine answers at once, or is dead or frozen. */
const helloTimeout = 2_000;

export interface AttachOptions {
  readonly folder: string;
  /** Of the extension. */
  readonly version: string;
  /** Resolves when the owner of the lock shows no life: nobody waits for it any longer. */
  readonly over?: Promise<void>;
}

/**
 * Attaches to the engine of another window. Null: there is none that answers, or an older one that steps aside now.
 * EngineError `outdated` where it is newer than this window.
 */
export async function attachToEngine(options: AttachOptions, prepare: Prepare): Promise<Served | null> {
  const sighting = await sightLock(join(options.folder, 'mail.db'));
  const address = sighting?.beat === 0 ? null : addressIn(sighting);
  if (address === null) return null;
  if (address.apiVersion > apiVersion) throw outdated(address.version);
  const socket = await openSocket(address.pipe);
  if (socket === null) return null;
  const connection = connectSocket(socket);
  const ended = new Promise<EngineEnd>((resolve) => socket.once('close', () => resolve('over')));
  const close = async (): Promise<void> => {
    connection.dispose();
    socket.destroy();
    await ended;
  };
  prepare(connection);
  connection.listen();
  const over = Promise.race([ended, options.over ?? ended]).then(() => null);
  const answer = await Promise.race([introduce(connection, address, options.version), over, late(helloTimeout)]);
  if (answer?.accepted === true) {
    return { connection, description: `Attached to the engine of another window (${answer.version}).`, ended, close };
  }
  await close();
  return null;
}

/** Null: it does not answer. An engine older than this window is asked to leave. */
async function introduce(
  connection: MessageConnection,
  { token, apiVersion: theirs }: EngineAddress,
  version: string,
): Promise<HelloAnswer | null> {
  try {
    if (theirs === apiVersion) return await connection.sendRequest<HelloAnswer>(hello, { token, apiVersion });
    await connection.sendRequest(stepAside, { token, apiVersion, version });
  } catch {
    // It has gone meanwhile.
  }
  return null;
}

/** This window must not go on: another one has the newer program. */
export function outdated(version: string): EngineError {
  return new EngineError(
    'outdated',
    'A newer version of Mailpane runs in another window. Reload this window to go on.',
    `The other window: ${version}; this one speaks interface ${apiVersion}.`,
  );
}

function late(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms).unref());
}

function openSocket(pipe: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(pipe);
    socket.once('error', () => resolve(null));
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}
