import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The way to a server on this machine, whose connections die without a word: as in a sleep, or when a NAT forgets them. */
export interface SleepyNetwork {
  readonly port: number;
  /** Connections that were made, and octets that nobody heard. */
  readonly stats: { connections: number; swallowed: number };
  /** Nothing arrives any more, neither way; connections that are made meanwhile are as dead. */
  sleep(): void;
  /** Connections that are made from now on work. Those of before stay dead. */
  wake(): void;
  stop(): Promise<void>;
}

export async function startSleepyNetwork(target: number): Promise<SleepyNetwork> {
  const alive = new Set<() => void>();
  const open = new Set<Socket>();
  const stats = { connections: 0, swallowed: 0 };
  let isAsleep = false;
  const swallow = (octets: Buffer): void => void (stats.swallowed += octets.length);
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => undefined).once('close', () => open.delete(socket));
  };
  const server = createServer((client) => {
    stats.connections += 1;
    keep(client);
    if (isAsleep) {
      client.on('data', swallow);
      return;
    }
    const onward = connect(target, '127.0.0.1');
    keep(onward);
    const passOn = (): void => void onward.destroy();
    const hangUp = (): void => void client.destroy();
    client.once('close', passOn).pipe(onward);
    onward.once('close', hangUp).pipe(client);
    const die = (): void => {
      client.off('close', passOn).unpipe(onward);
      onward.off('close', hangUp).unpipe(client);
      client.on('data', swallow).resume();
      onward.resume();
    };
    alive.add(die);
    client.once('close', () => alive.delete(die));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stats,
    sleep() {
      isAsleep = true;
      for (const die of alive) die();
      alive.clear();
    },
    wake() {
      isAsleep = false;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
