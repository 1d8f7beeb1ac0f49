import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { generateRandomPipeName, type MessageConnection } from 'vscode-jsonrpc/node';
import * as v from 'valibot';
import type { Sighting } from './lock/lock-file';
import { apiVersion } from './api';
import { connectSocket } from './rpc';

/**
 * How other windows find the engine that owns the folder: in the file of its lock, which this user only can read. The
 * pipe has a new random name each time, so nothing stale can be mistaken for it, and whoever connects shows the token.
 */
const addressSchema = v.object({ pipe: v.string(), token: v.string(), apiVersion: v.number(), version: v.string() });
export type EngineAddress = v.InferOutput<typeof addressSchema>;

/** What an engine says instead when it has stepped aside for a newer one. */
const replacedSchema = v.object({ replacedBy: v.object({ apiVersion: v.number(), version: v.string() }) });
export type ReplacedBy = v.InferOutput<typeof replacedSchema>['replacedBy'];

/** Null: the owner has not said where it listens (yet). It may also be the address of an engine that died. */
export function addressIn(sighting: Sighting | null): EngineAddress | null {
  const address = v.safeParse(addressSchema, sighting?.owner?.note);
  return address.success ? address.output : null;
}

export function replacedIn(sighting: Sighting | null): ReplacedBy | null {
  const replaced = v.safeParse(replacedSchema, sighting?.owner?.note);
  return replaced.success ? replaced.output.replacedBy : null;
}

/**
 * The first request on a socket: shows the token, and tells each other what they speak. It and `stepAside` stay as they
 * are in every version, because they are what two versions talk about.
 */
export const hello = 'hello';
const helloSchema = v.object({ token: v.string(), apiVersion: v.number() });
export interface HelloAnswer {
  readonly accepted: boolean;
  readonly apiVersion: number;
  readonly version: string;
}

/** A newer window asks an older engine to close in good order. Answers whether it will. */
export const stepAside = 'stepAside';
const stepAsideSchema = v.object({ token: v.string(), apiVersion: v.number(), version: v.string() });

export interface WindowsOptions {
  /** Of the extension. */
  readonly version: string;
  /** Gets the connection of each window that showed the token, and what ends it. */
  readonly onWindow: (connection: MessageConnection, drop: () => void) => void;
  readonly onNewer: (newer: ReplacedBy) => void;
}

/** Lets other windows of this user in, at the address that it answers. */
export async function listenForWindows({ version, onWindow, onNewer }: WindowsOptions): Promise<{
  readonly address: EngineAddress;
  close(): void;
}> {
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
      if (accepted) onWindow(connection, drop);
      return { accepted, apiVersion, version };
    });
    connection.onRequest(stepAside, (given: unknown): boolean => {
      const shown = v.safeParse(stepAsideSchema, given);
      if (!shown.success || !sameText(shown.output.token, token) || shown.output.apiVersion <= apiVersion) return false;
      onNewer({ apiVersion: shown.output.apiVersion, version: shown.output.version });
      return true;
    });
    connection.listen();
  });
  await listening(server, pipe);
  if (process.platform !== 'win32') chmodSync(pipe, 0o600);
  return {
    address: { pipe, token, apiVersion, version },
    close() {
      server.close();
      for (const connection of connections) connection.end();
    },
  };
}

/** The socket file of an engine that was killed stays behind, and that of a frozen one lets nobody in any more. */
export function removeAddress(sighting: Sighting | null): void {
  const address = addressIn(sighting);
  if (address !== null && process.platform !== 'win32') rmSync(address.pipe, { force: true });
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
