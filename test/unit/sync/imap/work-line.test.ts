import { afterEach, describe, expect, it, vi } from 'vitest';
import { SyncError } from '../../../../src/sync/sync-error';
import type { ImapConnection } from '../../../../src/sync/imap/connection';
import { WorkLine } from '../../../../src/sync/imap/work-line';
import { basicCapabilities, startScriptedImap, type ScriptedImap } from '../../../servers/scripted-imap';
import { connectImap } from '../../../../src/sync/imap/connect';

const never = new AbortController().signal;
let server: ScriptedImap;
let line: WorkLine;

async function start(): Promise<void> {
  server = await startScriptedImap(basicCapabilities);
  const imap = { host: '127.0.0.1', port: server.port, security: 'none', pinnedCertificate: null } as const;
  const settings = { protocol: 'imap', imap, smtp: null, username: 'alice' } as const;
  const traffic = { requests: 0, bytesReceived: 0, bytesSent: 0 };
  line = new WorkLine((signal) => connectImap({ settings, secret: 'secret', traffic, signal }));
  await line.connect(never);
}
const used = (): Promise<ImapConnection> => line.turn('sync', (connection) => Promise.resolve(connection), never);

afterEach(async () => {
  vi.restoreAllMocks();
  line.dispose();
  await server.stop();
});

describe('the working connection', () => {
  it('S26: is replaced at once after the machine slept, without an error', async () => {
    await start();
    const before = await used();
    expect(await used()).toBe(before);
    const now = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000);
    const after = await used();
    expect(after).not.toBe(before);
    expect(before.isClosed).toBe(true);
  });

  it('S26: is replaced when the server hung up between two turns', async () => {
    await start();
    const before = await used();
    before.close();
    const after = await used();
    expect(after).not.toBe(before);
    expect(after.isClosed).toBe(false);
  });

  it('belongs to one at a time: a person first, the back-fill last', async () => {
    await start();
    const order: string[] = [];
    let release = (): void => undefined;
    const held = line.turn('backfill', () => new Promise<void>((resolve) => (release = resolve)), never);
    const turns = (['backfill', 'sync', 'send', 'read'] as const).map((priority) =>
      line.turn(priority, () => Promise.resolve(order.push(priority)), never),
    );
    expect(line.hasWaiting('backfill')).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 10));
    release();
    await Promise.all([held, ...turns]);
    expect(order).toEqual(['read', 'send', 'sync', 'backfill']);
  });

  it('is not waited for by one who gave up', async () => {
    await start();
    let release = (): void => undefined;
    const held = line.turn('backfill', () => new Promise<void>((resolve) => (release = resolve)), never);
    const controller = new AbortController();
    const waiting = line.turn('read', () => Promise.resolve(), controller.signal);
    controller.abort(new SyncError('cancelled', 'Cancelled.'));
    await expect(waiting).rejects.toMatchObject({ reason: 'cancelled' });
    await new Promise((resolve) => setTimeout(resolve, 10));
    release();
    await held;
    expect((await used()).isClosed).toBe(false);
  });

  it('is closed, and nothing is done on it, where it comes after all has ended', async () => {
    await start();
    let opened: ImapConnection | undefined;
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    const late = new WorkLine(async () => {
      opened = await used();
      await held;
      return opened;
    });
    let worked = false;
    const turn = late.turn('read', () => Promise.resolve((worked = true)), never);
    while (opened === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    late.dispose();
    go();
    await expect(turn).rejects.toMatchObject({ reason: 'cancelled' });
    expect(worked).toBe(false);
    expect(opened.isClosed).toBe(true);
  });
});
