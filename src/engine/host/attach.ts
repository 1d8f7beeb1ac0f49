import { connect, type Socket } from 'node:net';
import { apiVersion } from '../api';
import { EngineError } from '../client';
import { connectSocket } from '../rpc';
import { hello, readEngineAddress, type HelloAnswer } from '../windows';
import type { Prepare, Served } from './served';

/** ms: an owner on this machine answers at once, or is dead or frozen. */
const helloTimeout = 2_000;

/** Attaches to the engine of another window. Null: there is none that answers. */
export async function attachToEngine(folder: string, prepare: Prepare): Promise<Served | null> {
  const address = readEngineAddress(folder);
  if (address === null) return null;
  const socket = await openSocket(address.pipe);
  if (socket === null) return null;
  const connection = connectSocket(socket);
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const close = async (): Promise<void> => {
    connection.dispose();
    socket.destroy();
    await ended;
  };
  prepare(connection);
  connection.listen();
  const answer = await Promise.race([
    connection.sendRequest<HelloAnswer>(hello, { token: address.token, apiVersion }).catch(() => null),
    ended.then(() => null),
    new Promise<null>((resolve) => setTimeout(() => resolve(null), helloTimeout)),
  ]);
  if (answer?.accepted === true) {
    return { connection, description: `Attached to the engine of another window (${answer.version}).`, ended, close };
  }
  await close();
  if (answer !== null && answer.apiVersion !== apiVersion) {
    throw new EngineError(
      'database',
      'Another window runs a different version of Mailpane. Reload this window, or close the other one.',
      `The other window: ${answer.version}, interface ${answer.apiVersion}; this one: interface ${apiVersion}.`,
    );
  }
  return null;
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
