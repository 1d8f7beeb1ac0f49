import { createServer as createTlsServer, TLSSocket, createSecureContext } from 'node:tls';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * A line of the client and what to answer it with; the first pattern that fits answers. An answer with `begin TLS` is
 * followed by it, and `close` hangs up instead.
 */
export type Script = readonly (readonly [pattern: RegExp, answer: string])[];

export interface ScriptedServer {
  readonly port: number;
  /** Every line that clients sent, `tls ` before those that came encrypted. */
  readonly received: readonly string[];
}

interface Keys {
  readonly cert: string;
  readonly key: string;
}

/** A mail server that says what a test tells it to: a greeting, then an answer to each line. */
export async function scriptedServer(
  greeting: string | null,
  script: Script = [],
  options: { readonly keys?: Keys; readonly tls?: boolean } = {},
): Promise<ScriptedServer> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const talk = (socket: Socket, isEncrypted: boolean): void => {
    let buffered = '';
    const onData = (data: Buffer): void => {
      buffered += data.toString('latin1');
      for (let end = buffered.indexOf('\r\n'); end >= 0; end = buffered.indexOf('\r\n')) {
        const line = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        received.push(isEncrypted ? `tls ${line}` : line);
        const answer = script.find(([pattern]) => pattern.test(line))?.[1];
        if (answer === 'close') socket.destroy();
        else if (answer !== undefined) socket.write(`${answer}\r\n`);
        if (answer?.includes('begin TLS') === true && options.keys) {
          socket.off('data', onData);
          const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(options.keys) });
          talk(
            secure.on('error', () => undefined),
            true,
          );
          return;
        }
      }
    };
    socket.on('data', onData);
  };
  const onConnection = (socket: Socket): void => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    if (greeting !== null) socket.write(`${greeting}\r\n`);
    talk(socket, options.tls === true);
  };
  const server: Server =
    options.tls === true && options.keys ? createTlsServer(options.keys, onConnection) : createServer(onConnection);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { port: (server.address() as AddressInfo).port, received };
}
