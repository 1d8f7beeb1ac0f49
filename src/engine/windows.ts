import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { generateRandomPipeName, type MessageConnection } from 'vscode-jsonrpc/node';
import * as v from 'valibot';
import { apiVersion } from './api';
import { connectSocket } from './rpc';

/**
 * How other windows find the engine that owns the folder: a file beside the database, readable by this user only. The
 * pipe has a new random name each time, so nothing stale can be mistaken for it, and whoever connects shows the token.
 */
const addressSchema = v.object({ pipe: v.string(), token: v.string(), apiVersion: v.number(), version: v.string() });
export type EngineAddress = v.InferOutput<typeof addressSchema>;

const addressFile = (folder: string): string => join(folder, 'engine.json');

/** Null: no engine has left its address here, or it cannot be read. It may also be that of an engine that died. */
export function readEngineAddress(folder: string): EngineAddress | null {
  try {
    return v.parse(addressSchema, JSON.parse(readFileSync(addressFile(folder), 'utf8')));
  } catch {
    return null;
  }
}

/** The first request on a socket: shows the token, and tells each other what they speak. */
export const hello = 'hello';
const helloSchema = v.object({ token: v.string(), apiVersion: v.number() });
export interface HelloAnswer {
  readonly accepted: boolean;
  readonly apiVersion: number;
  readonly version: string;
}

/** Lets other windows of this user in. `onWindow` gets the connection of each that showed the token. */
export async function listenForWindows(
  folder: string,
  version: string,
  onWindow: (connection: MessageConnection) => void,
): Promise<{ close(): void }> {
  const token = randomBytes(24).toString('base64url');
  const pipe = generateRandomPipeName();
  const connections = new Set<MessageConnection>();
  const server = createServer((socket) => {
    const connection = connectSocket(socket);
    connections.add(connection);
    const drop = (): void => {
      connections.delete(connection);
      connection.dispose();
      socket.destroy();
    };
    socket.on('error', drop);
    socket.on('close', drop);
    connection.onError(drop);
    connection.onRequest(hello, (given: unknown): HelloAnswer => {
      const shown = v.safeParse(helloSchema, given);
      const accepted = shown.success && sameText(shown.output.token, token) && shown.output.apiVersion === apiVersion;
      if (accepted) onWindow(connection);
      return { accepted, apiVersion, version };
    });
    connection.listen();
  });
  await listening(server, pipe);
  if (process.platform !== 'win32') chmodSync(pipe, 0o600);
  const address: EngineAddress = { pipe, token, apiVersion, version };
  writeFileSync(addressFile(folder), JSON.stringify(address), { mode: 0o600 });
  return {
    close() {
      rmSync(addressFile(folder), { force: true });
      server.close();
      for (const connection of connections) connection.end();
    },
  };
}

function listening(server: Server, pipe: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(pipe, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
