import { connect } from 'node:net';
import { once } from 'node:events';

/** The server answered a command with NO or BAD, or hung up. */
export class RawImapError extends Error {
  override readonly name = 'RawImapError';
  constructor(
    readonly reason: 'no' | 'bad' | 'closed',
    message: string,
  ) {
    super(message);
  }
}

/** A bare IMAP connection for tests: it knows tags and literals, and shares nothing with the code under test. */
export interface RawImap {
  /** The greeting line. */
  readonly greeting: string;
  /** Sends one command and waits for its end. The answer is the untagged responses, literals in place, as Latin-1. */
  command(text: string): Promise<string[]>;
  /** The same with octets, for literals (`{n+}`) in the command; what the parts join to must not end in CRLF. */
  send(parts: readonly (string | Buffer)[]): Promise<string[]>;
  logout(): Promise<void>;
}

/** Connects in plain text to a server on loopback, and logs in when a user is given. */
export async function connectRawImap(options: { port: number; user?: string; password?: string }): Promise<RawImap> {
  const socket = connect(options.port, '127.0.0.1');
  socket.setNoDelay(true);
  const responses = readResponses(socket)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const result = await responses.next();
    if (result.done === true) throw new RawImapError('closed', 'the server closed the connection');
    return result.value;
  };
  const greeting = await next();
  let lastTag = 0;

  const send = async (parts: readonly (string | Buffer)[]): Promise<string[]> => {
    const tag = `t${++lastTag}`;
    if (socket.destroyed) throw new RawImapError('closed', 'the connection is closed');
    socket.write(`${tag} `);
    for (const part of parts) if (!socket.write(part)) await once(socket, 'drain');
    socket.write('\r\n');
    const untagged: string[] = [];
    for (;;) {
      const response = await next();
      if (!response.startsWith(`${tag} `)) untagged.push(response);
      else if (response.startsWith(`${tag} OK`)) return untagged;
      else throw new RawImapError(response.startsWith(`${tag} NO`) ? 'no' : 'bad', response.slice(tag.length + 1));
    }
  };
  const command = (text: string): Promise<string[]> => send([text]);

  if (options.user !== undefined) {
    try {
      await command(`LOGIN "${options.user}" "${options.password ?? ''}"`);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }
  return {
    greeting,
    command,
    send,
    async logout() {
      await command('LOGOUT');
      socket.destroy();
    },
  };
}

/** One response at a time: a line, with the octets of each literal (RFC 9051 section 4.3) and what follows it. */
async function* readResponses(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pending = '';
  let response = '';
  let literalLeft = 0;
  for await (const chunk of chunks) {
    pending += chunk.toString('latin1');
    for (;;) {
      if (literalLeft > 0) {
        const taken = pending.slice(0, literalLeft);
        response += taken;
        pending = pending.slice(taken.length);
        literalLeft -= taken.length;
        if (literalLeft > 0) break;
      }
      const end = pending.indexOf('\r\n');
      if (end < 0) break;
      const line = pending.slice(0, end);
      pending = pending.slice(end + 2);
      const literal = /\{(\d+)\}$/.exec(line);
      if (literal) {
        response += `${line}\r\n`;
        literalLeft = Number(literal[1]);
      } else {
        yield response + line;
        response = '';
      }
    }
  }
}
