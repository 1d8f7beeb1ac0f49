import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A network before a plain-text IMAP server that refuses commands when it is told to, or is not there. */
export interface ImapRefusals {
  readonly port: number;
  /** Every command that came, without its tag. */
  readonly log: string[];
  /** From now on a command whose text fits is answered this (`NO [OVERQUOTA] full`), and does not reach the server. */
  refuse(command: RegExp, answer: string): void;
  /** False: every connection is cut, and new ones end at once. */
  setOnline(online: boolean): void;
  /** All commands reach the server again. */
  heal(): void;
  stop(): Promise<void>;
}

export async function startImapRefusals(target: number): Promise<ImapRefusals> {
  const sockets = new Set<Socket>();
  const log: string[] = [];
  let refused: { readonly command: RegExp; readonly answer: string } | null = null;
  let isOnline = true;
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (!isOnline) {
      client.destroy();
      return;
    }
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.pipe(client);
    let pending = '';
    client.on('data', (piece: Buffer) => {
      pending += piece.toString('latin1');
      for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
        const line = pending.slice(0, end + 2);
        pending = pending.slice(end + 2);
        const [, tag = '', command = ''] = /^(\S+) ?(.*)\r\n$/.exec(line) ?? [];
        log.push(command);
        if (refused?.command.test(command) === true) client.write(`${tag} ${refused.answer}\r\n`);
        else upstream.write(line, 'latin1');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    log,
    refuse(command, answer) {
      refused = { command, answer };
    },
    setOnline(online) {
      isOnline = online;
      if (!online) cutAll();
    },
    heal() {
      refused = null;
      isOnline = true;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cutAll();
      await closed;
    },
  };
}
