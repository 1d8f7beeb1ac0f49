import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { SyncError } from '../sync-error';

/** Octets of one line; a greeting is far shorter, and what is longer is no mail server. */
const maxLine = 8192;

/**
 * A connection that is read line by line, only to learn what is there: it takes any certificate, so no credential may ever
 * go over it. Its errors are the socket's own.
 */
export interface LineSocket {
  /** The next line, without its end. */
  read(): Promise<string>;
  send(line: string): void;
  /** Turns the connection into TLS; what had come before in the clear is thrown away (no injected answers). */
  upgrade(): Promise<void>;
  /** Null as long as it is not TLS. */
  readonly tls: TLSSocket | null;
  close(): void;
}

export async function openLineSocket(
  host: string,
  port: number,
  isTls: boolean,
  signal: AbortSignal,
): Promise<LineSocket> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const servername = isIP(bare) === 0 ? { servername: bare } : {};
  const insecure = { host: bare, ...servername, rejectUnauthorized: false };
  let tls: TLSSocket | null = isTls ? connectTls({ ...insecure, port }) : null;
  let socket: Socket = tls ?? connectTcp({ host: bare, port });
  let lines = readLines(socket);
  const abort = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort);
  const close = (): void => {
    signal.removeEventListener('abort', abort);
    lines.stop();
    socket.on('error', () => undefined).destroy();
  };
  try {
    signal.throwIfAborted();
    await happened(socket, isTls ? 'secureConnect' : 'connect');
  } catch (error) {
    close();
    throw error;
  }
  return {
    get tls() {
      return tls;
    },
    read: () => lines.read(),
    send: (line) => void socket.write(`${line}\r\n`),
    async upgrade() {
      lines.stop();
      tls = connectTls({ ...insecure, socket });
      socket = tls;
      lines = readLines(tls);
      await happened(tls, 'secureConnect');
    },
    close,
  };
}

function happened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(closedError()));
  });
}

function readLines(socket: Socket) {
  let buffered = '';
  let failure: Error | null = null;
  let waiting: { resolve: (line: string) => void; reject: (error: Error) => void } | null = null;
  const serve = (): void => {
    if (waiting === null) return;
    const end = buffered.indexOf('\n');
    if (end >= 0) {
      waiting.resolve(buffered.slice(0, end).replace(/\r$/, ''));
      buffered = buffered.slice(end + 1);
      waiting = null;
    } else if (failure !== null) {
      waiting.reject(failure);
      waiting = null;
    }
  };
  const onData = (data: Buffer): void => {
    buffered += data.toString('latin1');
    if (buffered.length > maxLine * 8 || (buffered.length > maxLine && !buffered.includes('\n'))) {
      socket.destroy(new SyncError('protocol', 'The answer has no end.'));
    }
    serve();
  };
  const fail = (error: Error): void => {
    failure ??= error;
    serve();
  };
  const onClose = (): void => fail(closedError());
  socket.on('data', onData).on('error', fail).on('close', onClose);
  return {
    read: () =>
      new Promise<string>((resolve, reject) => {
        waiting = { resolve, reject };
        serve();
      }),
    stop: () => void socket.off('data', onData).off('close', onClose),
  };
}

function closedError(): Error {
  return Object.assign(new Error('It closed the connection.'), { code: 'ECONNRESET' });
}
