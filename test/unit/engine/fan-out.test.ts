import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { apiVersion, type Changed } from '../../../src/engine/api';
import { FanOut } from '../../../src/engine/fan-out';
import { connectSocket } from '../../../src/engine/rpc';
import { hello, listenForWindows } from '../../../src/engine/windows';
import type { EmailId } from '../../../src/model/ids';

const event: Changed = {
  accounts: false,
  mailboxes: true,
  messagesIn: [],
  emails: Array.from({ length: 100 }, (_, id) => (1_000_000 + id) as EmailId),
  outbox: true,
  status: false,
};

it('a window that reads nothing any more is let go of, the others are told on', { timeout: 60_000 }, async () => {
  const fanOut = new FanOut();
  const dropped: string[] = [];
  const names = ['frozen', 'alive'];
  const others = await listenForWindows({
    version: '1.0.0',
    onWindow: (connection, drop) => {
      const name = names.shift() ?? '';
      fanOut.add(connection, () => {
        dropped.push(name);
        drop();
      });
    },
    onNewer: () => undefined,
  });
  const open = async () => {
    const socket = connect(others.address.pipe);
    const connection = connectSocket(socket);
    let told = 0;
    connection.onNotification('changed', () => {
      told += 1;
    });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    connection.listen();
    onTestFinished(() => {
      connection.dispose();
      socket.destroy();
    });
    await connection.sendRequest(hello, { token: others.address.token, apiVersion });
    return { socket, closed, told: () => told };
  };
  onTestFinished(() => others.close());
  const frozen = await open();
  const alive = await open();
  frozen.socket.pause();
  const size = JSON.stringify(event).length;
  // What the system takes into its own buffers comes on top.
  const enough = Math.ceil(4_000_000 / size);
  for (let sent = 0; sent < enough; sent += 50) {
    for (let n = 0; n < 50; n++) fanOut.tell('changed', event);
    // The living one reads in this very process: it gets the time for it, however busy the machine is.
    for (let tries = 0; alive.told() < sent + 50 && tries < 5000; tries++) await delay(1);
  }
  expect(dropped).toEqual(['frozen']);
  expect(alive.told()).toBeGreaterThanOrEqual(enough);
  frozen.socket.resume(); // it wakes, and sees that it has to come again
  await frozen.closed;
});
