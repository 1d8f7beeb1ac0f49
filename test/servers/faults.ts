import type { Socket } from 'node:net';

/**
 * What happens to the next exchange: an HTTP request and its answer, or an IMAP command and its tagged response. `share` is
 * from 0 to 1, of the answer's octets.
 */
export type ProxyFault =
  /** ms before the request goes on to the server. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Carried out, then the connection breaks in the middle of the answer. */
  | { readonly kind: 'cut'; readonly share: number }
  /** Carried out, then the connection breaks before any of the answer. */
  | { readonly kind: 'lost-answer' }
  /** Carried out, then the answer ends early, as if it were whole. */
  | { readonly kind: 'truncated'; readonly share: number }
  /** The proxy itself answers, nothing reaches the server. `retryAfter` in seconds. IMAP: NO with the code for it. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number }
  /** Swallowed: neither an answer nor an end, until `heal` or `stop`. */
  | { readonly kind: 'black-hole' };

/** The faults of one proxy, armed and at work. */
export class Faults {
  private readonly armed: { fault: ProxyFault; left: number }[] = [];
  private readonly held = new Set<Socket>();
  /** Requests between their arrival here and the server's answer. */
  readonly underWay = new Set<Promise<void>>();
  /** IMAP's MOVE commands that went on to the server, and those that it answered. */
  readonly moves = { begun: 0, answered: 0 };
  online = true;
  pushesLost = false;
  /** Told what went over which connection, once it has come here. */
  record: (connection: string, octets: string) => void = () => undefined;

  arm(fault: ProxyFault, times: number): void {
    this.armed.push({ fault, left: times });
  }

  take(): ProxyFault | null {
    const [first] = this.armed;
    if (first === undefined) return null;
    first.left -= 1;
    if (first.left <= 0) this.armed.shift();
    return first.fault;
  }

  hold(socket: Socket): void {
    this.held.add(socket);
  }

  /** Kept until it settles. */
  noteUnderWay(answered: Promise<void>): void {
    this.underWay.add(answered);
    void answered.then(() => this.underWay.delete(answered));
  }

  heal(): void {
    this.armed.length = 0;
    this.online = true;
    this.pushesLost = false;
    for (const socket of this.held) socket.destroy();
    this.held.clear();
  }
}
