import {
  createServer as createHttpServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Faults, type ProxyFault } from './faults';
import { tunnelImap } from './imap-tunnel';

/** A network that fails when it is told to, in front of one server. */
export interface FaultProxy {
  readonly port: number;
  /** Happens at the next `times` exchanges, in the order of the calls. */
  next(fault: ProxyFault, times?: number): void;
  /** False: every connection is cut, and new ones are refused as soon as they are made. */
  setOnline(online: boolean): void;
  /** True: pushes (HTTP event streams, IDLE) get lost, while their connections look alive. */
  losePushes(lose: boolean): void;
  /** Cuts what is open now, event streams too. */
  cutAll(): void;
  /** No faults any more; what a black hole held is cut, so that the other side notices. */
  heal(): void;
  /** Until what is under way now has reached the server: a request travels on although its sender hung up or was killed. */
  delivered(): Promise<void>;
  /** Whether an IMAP MOVE was under way at the server at any time since `watchMoves`, when what it returns is called. */
  watchMoves(): () => boolean;
  stop(): Promise<void>;
}

export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
  /** `tcp`: bytes of any protocol, encrypted ones too. Being offline and cut happens to them, and no fault. */
  readonly protocol: 'http' | 'imap' | 'tcp';
  /** IMAP: capabilities that no client is told of. Without UIDPLUS there is no COPYUID either. */
  readonly withheld?: ReadonlySet<string>;
}

/** `record`: told what went over which connection: for the report of a failure. */
export async function startFaultProxy(target: ProxyTarget, record?: Faults['record']): Promise<FaultProxy> {
  const faults = new Faults();
  if (record !== undefined) faults.record = record;
  const open = new Set<Socket>();
  const server: Server =
    target.protocol === 'http'
      ? createHttpServer((request, response) => exchange(target, faults, request, response))
      : createTcpServer((client) =>
          target.protocol === 'imap' ? tunnelImap(target, faults, client) : tunnel(target, client),
        );
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    if (!faults.online) return void socket.resetAndDestroy();
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const cutAll = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    next: (fault, times = 1) => faults.arm(fault, times),
    setOnline(online) {
      faults.online = online;
      if (!online) cutAll();
    },
    losePushes(lose) {
      faults.pushesLost = lose;
    },
    cutAll,
    heal: () => faults.heal(),
    async delivered() {
      await Promise.all([...faults.underWay]);
    },
    watchMoves() {
      const { begun, answered } = faults.moves;
      return () => begun > answered || faults.moves.begun > begun;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cutAll();
      await closed;
    },
  };
}

function exchange(target: ProxyTarget, faults: Faults, request: IncomingMessage, response: ServerResponse): void {
  const isPush = request.headers.accept === 'text/event-stream';
  const fault = isPush ? null : faults.take();
  const { socket } = request;
  response.on('error', () => undefined);
  if (fault?.kind === 'black-hole') {
    faults.hold(socket);
    return;
  }
  if (fault?.kind === 'status') {
    const retry = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
    request.resume();
    response.writeHead(fault.status, retry).end();
    return;
  }
  // The server has to read the whole request even if the client goes away meanwhile: only the answer gets lost.
  const { method, url, headers } = request;
  const body: Buffer[] = [];
  request.on('data', (chunk: Buffer) => body.push(chunk));
  request.on('error', () => undefined);
  request.on('end', () => {
    faults.record('>', `${method} ${url} ${Buffer.concat(body).toString()} ${JSON.stringify(fault)}`);
    const send = (onAnswered: () => void): void => {
      const onward = httpRequest({ host: target.host, port: target.port, method, path: url, headers }, (answer) => {
        onAnswered();
        if (isPush) stream(faults, answer, response);
        else deliver(faults, fault, answer, response, socket);
      });
      onward.on('error', () => {
        onAnswered();
        socket.destroy();
      });
      if (isPush) socket.once('close', () => onward.destroy());
      onward.end(Buffer.concat(body));
    };
    const answered = new Promise<void>((resolve) => {
      if (fault?.kind !== 'latency') {
        send(resolve);
        return;
      }
      setTimeout(() => {
        // What was held up never overtakes what its sender sends later by another connection.
        if (socket.destroyed) resolve();
        else send(resolve);
      }, fault.ms);
    });
    faults.noteUnderWay(answered);
  });
}

function stream(faults: Faults, answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  response.flushHeaders();
  answer.on('data', (chunk: Buffer) => {
    if (!faults.pushesLost) response.write(chunk);
  });
  answer.on('end', () => response.end());
  answer.on('error', () => response.destroy());
}

function deliver(
  faults: Faults,
  fault: ProxyFault | null,
  answer: IncomingMessage,
  response: ServerResponse,
  socket: Socket,
): void {
  const parts: Buffer[] = [];
  answer.on('data', (part: Buffer) => parts.push(part));
  answer.on('error', () => socket.destroy());
  answer.on('end', () => {
    const whole = Buffer.concat(parts);
    faults.record('<', whole.toString());
    // Framed anew: the length of what is really sent.
    const { 'transfer-encoding': _framing, 'content-length': _length, ...headers } = answer.headers;
    const status = answer.statusCode ?? 502;
    switch (fault?.kind) {
      case 'lost-answer':
        socket.resetAndDestroy();
        return;
      case 'cut':
        response.writeHead(status, { ...headers, 'content-length': whole.length });
        response.write(whole.subarray(0, Math.floor(whole.length * fault.share)), () => socket.resetAndDestroy());
        return;
      case 'truncated': {
        const shorter = whole.subarray(0, Math.floor(whole.length * fault.share));
        response.writeHead(status, { ...headers, 'content-length': shorter.length }).end(shorter);
        return;
      }
      default:
        response.writeHead(status, { ...headers, 'content-length': whole.length }).end(whole);
    }
  });
}

/** Bytes of any protocol. */
function tunnel(target: ProxyTarget, client: Socket): void {
  const server = connect(target.port, target.host);
  server.on('error', () => client.destroy());
  client.on('close', () => server.destroy());
  client.pipe(server).pipe(client);
}
