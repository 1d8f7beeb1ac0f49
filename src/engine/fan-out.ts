import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { Events } from './api';

/** Characters of events that a window may leave unread: some hundred events, which a living one reads in a moment. */
const mostUnread = 1_000_000;

/**
 * Tells events to all windows. One that reads nothing any more (its process is stopped, as in a debugger) is let go of:
 * what it is told would gather in this process for ever. It comes back when it wakes, and asks for everything.
 */
export class FanOut {
  private readonly windows = new Map<MessageConnection, { unread: number; readonly drop: () => void }>();

  add(connection: MessageConnection, drop: () => void): void {
    this.windows.set(connection, { unread: 0, drop });
    connection.onClose(() => this.windows.delete(connection));
    connection.onDispose(() => this.windows.delete(connection));
  }

  tell<E extends keyof Events>(event: E, data: Events[E]): void {
    const size = JSON.stringify(data).length;
    for (const [connection, window] of [...this.windows]) {
      window.unread += size;
      if (window.unread > mostUnread) {
        this.windows.delete(connection);
        window.drop();
        continue;
      }
      // It ends when the socket has taken it. A window that has just gone misses nothing: it asks when it comes back.
      const told = connection.sendNotification(event, data).catch(() => undefined);
      void told.then(() => (window.unread -= size));
    }
  }
}
