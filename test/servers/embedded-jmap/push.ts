import type { ServerResponse } from 'node:http';

import type { PushType } from './store/account';
import type { Stats } from './stats';
import type { User } from './users';

type Connection = {
  user: User;
  response: ServerResponse;
  /** Undefined for all. */
  types: Set<string> | undefined;
  closeAfterState: boolean;
  /** Accepted, but nothing is ever said (a fault). */
  isSilent: boolean;
  timer: NodeJS.Timeout | undefined;
};

/** The EventSource connections (RFC 8620 §7.3). */
export class Push {
  readonly #connections = new Set<Connection>();
  #lastEventId = 0;

  constructor(private readonly stats: Stats) {}

  /** How many are open, of all users or of one. */
  count(user?: string): number {
    return [...this.#connections].filter((connection) => user === undefined || connection.user.name === user).length;
  }

  /**
   * Answers a request for events.
   * @param query `types`, `closeafter` and `ping` (seconds) of the URL
   * @param lastEventId of the client's earlier connection: what it missed is told at once
   */
  open(user: User, query: URLSearchParams, lastEventId: string | undefined, response: ServerResponse, silent: boolean) {
    const types = query.get('types') ?? '*';
    const ping = Math.max(Number(query.get('ping') ?? 0) || 0, 0);
    const connection: Connection = {
      user,
      response,
      types: types === '*' ? undefined : new Set(types.split(',')),
      closeAfterState: query.get('closeafter') === 'state',
      isSilent: silent,
      timer: ping > 0 ? setInterval(() => this.#ping(connection, ping), ping * 1000) : undefined,
    };
    this.#connections.add(connection);
    response.on('close', () => this.#forget(connection));
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    // The client learns now that it is connected, and not with the first event.
    response.flushHeaders();
    const missedSome = lastEventId !== undefined && lastEventId !== String(this.#lastEventId);
    if (missedSome) this.#tell(connection, user.account.states());
  }

  /** Tells the user's connections of new states. */
  publish(user: User, changed: Partial<Record<PushType, string>>): void {
    this.#lastEventId++;
    for (const connection of this.#connections) {
      if (connection.user === user) this.#tell(connection, changed);
    }
  }

  /** Closes the open connections, of all users or of one. */
  drop(user?: string): void {
    for (const connection of [...this.#connections]) {
      if (user !== undefined && connection.user.name !== user) continue;
      connection.response.destroy();
      this.#forget(connection);
    }
  }

  #tell(connection: Connection, changed: Partial<Record<PushType, string>>): void {
    const { types, user } = connection;
    const wanted = Object.entries(changed).filter(([type]) => types === undefined || types.has(type));
    if (wanted.length === 0 || connection.isSilent) return;
    const change = { '@type': 'StateChange', changed: { [user.account.id]: Object.fromEntries(wanted) } };
    this.stats.pushEvents++;
    this.#write(connection, `event: state\nid: ${this.#lastEventId}\ndata: ${JSON.stringify(change)}\n\n`);
    if (connection.closeAfterState) {
      connection.response.end();
      this.#forget(connection);
    }
  }

  #ping(connection: Connection, interval: number): void {
    if (connection.isSilent) return;
    this.#write(connection, `event: ping\ndata: ${JSON.stringify({ interval })}\n\n`);
  }

  #write(connection: Connection, text: string): void {
    this.stats.bytesOut += Buffer.byteLength(text);
    connection.response.write(text);
  }

  #forget(connection: Connection): void {
    clearInterval(connection.timer);
    this.#connections.delete(connection);
  }
}
