import { connect, type Socket } from 'node:net';
import type { ProxyTarget } from './fault-proxy';
import type { Faults, ProxyFault } from './faults';

/** Part of signing in: struck at every fourth connection only, else most faults would never get past it. */
const signIn = new Set(['CAPABILITY', 'ID', 'LOGIN', 'AUTHENTICATE', 'ENABLE', 'NAMESPACE', 'COMPRESS']);

let connections = 0;

/**
 * One connection of an IMAP client through the proxy. A fault strikes a command together with its whole answer, as over
 * HTTP; a command that has come here reaches the server whatever happens to its sender.
 */
export function tunnelImap(
  target: Pick<ProxyTarget, 'host' | 'port' | 'withheld'>,
  faults: Faults,
  client: Socket,
): void {
  const spareSignIn = ++connections % 4 !== 0;
  const connection = `${connections}`;
  const server = connect(target.port, target.host);
  // A response is written line by line here: none may wait for the receipt of the one before.
  for (const socket of [client, server]) socket.setNoDelay(true);
  /** Commands that the server has not answered yet, by tag. */
  const pending = new Map<string, () => void>();
  /** The command whose answer a fault will strike, and what came of it. */
  let struck: { readonly tag: string; readonly fault: ProxyFault; readonly parts: Buffer[] } | null = null;
  let idling: string | null = null;

  const end = (): void => {
    for (const answered of pending.values()) answered();
    pending.clear();
    server.destroy();
  };
  /** The server waits for more of a command; without its sender that never comes. */
  let isInside = false;
  const endWhenAnswered = (): void => {
    if (pending.size === 0 || idling !== null || isInside) end();
  };
  const strike = ({ fault, parts }: { readonly fault: ProxyFault; readonly parts: readonly Buffer[] }): void => {
    const whole = Buffer.concat(parts);
    const share = 'share' in fault ? fault.share : 0;
    const some = whole.subarray(0, Math.floor(whole.length * share));
    if (fault.kind === 'truncated') client.end(some);
    else if (some.length === 0) client.resetAndDestroy();
    else client.write(some, () => client.resetAndDestroy());
  };

  const forward = (command: Buffer): void => {
    // The server has hung up; the client is being told.
    if (server.destroyed) return;
    const text = command.toString('latin1');
    const [tag = '', name = ''] = text.split(/[ \r]/, 2);
    let answered = (): void => undefined;
    const underWay = new Promise<void>((resolve) => (answered = resolve));
    faults.noteUnderWay(underWay);
    if (/^\S+ UID MOVE /i.test(text)) {
      faults.moves.begun += 1;
      void underWay.then(() => (faults.moves.answered += 1));
    }
    // What an IDLE waits for is no answer.
    if (name.toUpperCase() === 'IDLE') {
      idling = tag;
      answered();
    }
    pending.set(tag, answered);
    server.write(command);
  };

  /** True: nothing more of this client is read for the moment. */
  const onCommand = (command: Buffer): boolean => {
    const [tag = '', name = ''] = command.toString('latin1').split(/[ \r]/, 2);
    const isSpared = spareSignIn && signIn.has(name.toUpperCase());
    const fault = isSpared ? null : faults.take();
    faults.record(`${connection} >`, command.toString('latin1') + (fault === null ? '' : ` ${JSON.stringify(fault)}`));
    if (fault === null) {
      forward(command);
      return false;
    }
    switch (fault.kind) {
      case 'black-hole':
        faults.hold(client);
        return true;
      case 'status': {
        const code = fault.status === 429 ? 'LIMIT' : 'UNAVAILABLE';
        client.write(`${tag} NO [${code}] On cue.\r\n`);
        return false;
      }
      case 'latency':
        setTimeout(() => {
          // What was held up never overtakes what its sender sends later by another connection.
          if (client.destroyed) return;
          forward(command);
          lines.resume();
        }, fault.ms);
        return true;
      default:
        struck = { tag, fault, parts: [] };
        forward(command);
        return false;
    }
  };

  const lines = readUnits(client, server, (unit) => {
    const isDone = /^DONE\r\n$/i.test(unit.toString('latin1'));
    if (isDone || isInside) {
      if (isDone) idling = null;
      isInside = false;
      server.write(unit);
      return false;
    }
    return onCommand(unit);
  });
  readUnits(server, client, (whole) => {
    const unit = withhold(whole, target.withheld);
    faults.record(`${connection} <`, unit.toString('latin1'));
    const [tag = ''] = unit.toString('latin1', 0, 64).split(' ', 1);
    const isTagged = pending.has(tag);
    if (isTagged) {
      pending.get(tag)?.();
      pending.delete(tag);
      if (tag === idling) idling = null;
    }
    const isContinuation = tag === '+';
    // A continuation of a command that is no IDLE: the client's next line belongs to it.
    if (isContinuation && idling === null) isInside = true;
    if (client.destroyed) {
      endWhenAnswered();
      return false;
    }
    if (struck !== null) {
      struck.parts.push(unit);
      if (tag === struck.tag || isContinuation) {
        strike(struck);
        struck = null;
      }
      return false;
    }
    const isPush = idling !== null && tag === '*';
    if (!(isPush && faults.pushesLost)) client.write(unit);
    return false;
  });
  client.on('close', endWhenAnswered);
  server.on('error', () => client.destroy());
  server.on('close', () => {
    end();
    client.end();
  });
}

/** The same response without a word of what is withheld (RFC 9051 §7.2.2, RFC 4315 §3). */
function withhold(unit: Buffer, withheld: ReadonlySet<string> = new Set()): Buffer {
  if (withheld.size === 0) return unit;
  const text = unit.toString('latin1');
  if (/^(\* CAPABILITY|\S+ OK \[CAPABILITY) /i.test(text)) {
    const words = text.split(/(?=[ \]\r])/);
    return Buffer.from(words.filter((word) => !withheld.has(word.trim().toUpperCase())).join(''), 'latin1');
  }
  const isCopyUid = withheld.has('UIDPLUS') && /^\S+ OK \[(COPYUID|APPENDUID) /i.test(text);
  return isCopyUid ? Buffer.from(text.replace(/\[[^\]]*\] ?/, ''), 'latin1') : unit;
}

/**
 * Calls for each line with the literals in it (RFC 9051 §4.3). What a client sends after a synchronizing literal's
 * announcement would wait for the server's word: our clients send none. True stops it until `resume`.
 * What one chunk makes go on to `to` goes in one piece.
 */
function readUnits(socket: Socket, to: Socket, onUnit: (unit: Buffer) => boolean): { resume(): void } {
  let buffer = Buffer.alloc(0);
  let stopped = false;
  const run = (): void => {
    while (!stopped) {
      const length = unitLength(buffer);
      if (length === null) return;
      const unit = buffer.subarray(0, length);
      buffer = buffer.subarray(length);
      stopped = onUnit(unit);
    }
  };
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    to.cork();
    run();
    to.uncork();
  });
  return {
    resume() {
      stopped = false;
      run();
    },
  };
}

function unitLength(buffer: Buffer): number | null {
  for (let at = 0; ;) {
    const end = buffer.indexOf('\r\n', at);
    if (end < 0) return null;
    const literal = /\{(\d+)\+?\}$/.exec(buffer.toString('latin1', at, end));
    at = end + 2 + Number(literal?.[1] ?? 0);
    if (literal === null) return at;
    if (buffer.length < at) return null;
  }
}
