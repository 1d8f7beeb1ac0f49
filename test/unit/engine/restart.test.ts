import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EngineError, EngineState } from '../../../src/engine/client';
import { EngineClient } from '../../../src/engine/host/mail-client';
import { RestartPace } from '../../../src/engine/host/restart-pace';

describe('how soon an engine is started again', () => {
  const paced = () => {
    const clock = { now: 1000 };
    return { clock, pace: new RestartPace(() => clock.now) };
  };

  it('later and later while each fails soon after its start, and half a minute at most', () => {
    const { clock, pace } = paced();
    const waits = Array.from({ length: 9 }, () => pace.ended('failed', 50));
    expect(waits).toEqual([300, 600, 1200, 2400, 4800, 9600, 19200, 30000, 30000]);
    expect(pace.mayStart).toBe(false);
    clock.now += 30_000;
    expect(pace.mayStart).toBe(true);
  });

  it('at once after one that served for a minute, and after one that ended in good order', () => {
    const { pace } = paced();
    for (let n = 0; n < 4; n++) pace.ended('failed', 50);
    expect(pace.isHopeless).toBe(true);
    expect(pace.ended('over', 50)).toBe(0);
    expect(pace.isHopeless).toBe(true);
    expect(pace.ended('failed', 60_000)).toBe(0);
    expect([pace.isHopeless, pace.mayStart]).toEqual([false, true]);
    expect(pace.ended('failed', 50)).toBe(300);
  });
});

describe('an engine that ends right after its start', () => {
  /** A worker that says it is ready and ends, as one does on a damaged file; it lives once the file `mended` is there. */
  const program = `
    const { appendFileSync, existsSync } = require('node:fs');
    const { parentPort, workerData: { folder } } = require('node:worker_threads');
    appendFileSync(folder + '/starts', '.');
    parentPort.postMessage({ type: 'ready' });
    if (existsSync(folder + '/mended')) parentPort.on('message', () => process.exit(0));
    else setTimeout(() => process.exit(1), 5);
  `;

  it('is not started in a hot loop; the person is told, and it goes on when it can', async () => {
    const stage = openStage(program);
    const client = stage.openWindow();
    const states: string[] = [];
    client.onState(({ state }) => states.push(state));
    await until(client, 'failed');
    expect(stage.starts()).toBe(4);
    await expect(client.request('overview', {})).rejects.toMatchObject({
      message: expect.stringMatching(/again and again.*free some space/) as string,
    });
    for (let tries = 0; stage.starts() < 5 && tries < 3000; tries++) await delay(10);
    // What fails again is not called ready in between.
    expect(states.filter((state) => state === 'ready')).toHaveLength(4);
    stage.mend();
    await until(client, 'ready');
  });
});

describe('an engine that cannot start', () => {
  /** A worker that fails before it is ready, until the file `mended` is there; then it listens as an engine does. */
  const program = (failure: string) => `
    const { appendFileSync, existsSync, readFileSync } = require('node:fs');
    const { parentPort, workerData: { folder } } = require('node:worker_threads');
    appendFileSync(folder + '/starts', '.');
    if (existsSync(folder + '/mended')) {
      parentPort.postMessage({ type: 'ready' });
      parentPort.on('message', () => process.exit(0));
    } else { ${failure} }
  `;
  const diskFull = `
    parentPort.postMessage({ type: 'failed', reason: 'disk-full', message: 'The disk is full.', details: 'full' });
    process.exit(1);
  `;

  it('is tried again later and later, the person is told once, and it starts when it can', async () => {
    const stage = openStage(program(diskFull));
    const client = stage.openWindow();
    const states: string[] = [];
    client.onState(({ state }) => states.push(state));
    await until(client, 'failed');
    await expect(client.request('overview', {})).rejects.toMatchObject({ reason: 'disk-full' });
    for (let tries = 0; stage.starts() < 3 && tries < 3000; tries++) await delay(10);
    expect(states).toEqual(['failed']);
    stage.mend();
    await until(client, 'ready');
    expect(states).toEqual(['failed', 'ready']);
  });

  it.each([
    ['crashes', "throw new Error('EMFILE: too many open files, open /home/somebody/mail.db')"],
    ['ends without a word', 'process.exit(3)'],
    [
      'says what nobody has words for',
      `parentPort.postMessage({ type: 'failed', reason: 'internal', message: 'EIO /home/somebody', details: 'at open' });
       process.exit(1);`,
    ],
  ])(
    'says in a plain sentence, without a path, that it %s before it is ready, and is tried again',
    async (_how, failure) => {
      const stage = openStage(program(failure));
      const client = stage.openWindow();
      await until(client, 'failed');
      const thrown: unknown = await client.request('overview', {}).catch((error: unknown) => error);
      expect(thrown).toMatchObject({ reason: 'internal', message: expect.stringContaining('tried again') as string });
      expect(thrown).toMatchObject({ message: expect.not.stringMatching(/home|Error|EMFILE|EIO/) as string });
      expect((thrown as EngineError).details).toMatch(/EMFILE.*home|EIO.*home|Code 3/);
      stage.mend();
      await until(client, 'ready');
    },
  );

  it.each([
    ['for a moment', 300, ['ready']],
    ['for longer', null, ['failed', 'ready']],
  ])('looks again where the folder cannot be read %s', async (_how, unreadable, expected) => {
    const stage = openStage(program(diskFull));
    const storage = path.join(stage.folder, 'storage');
    writeFileSync(storage, 'a file where the folder should be');
    const client = stage.openWindow(storage);
    const states: EngineState[] = [];
    client.onState((state) => states.push(state));
    if (unreadable === null) await until(client, 'failed');
    else await delay(unreadable);
    rmSync(storage);
    mkdirSync(storage);
    writeFileSync(path.join(storage, 'mended'), '');
    await until(client, 'ready');
    expect(states.map(({ state }) => state)).toEqual(expected);
    for (const state of states.filter(({ state }) => state === 'failed')) {
      expect(state).toMatchObject({ error: { message: expect.not.stringContaining(stage.folder) as string } });
      expect(state).toMatchObject({ error: { details: expect.stringContaining(storage) as string } });
    }
  });
});

interface Stage {
  readonly folder: string;
  openWindow(folder?: string): EngineClient;
  starts(): number;
  mend(): void;
}

function openStage(program: string): Stage {
  const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-restart-'));
  const workerFile = path.join(folder, 'worker.cjs');
  writeFileSync(workerFile, program);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    openWindow(storage = folder) {
      const client = new EngineClient({ folder: storage, workerFile, version: '1.0.0', trace: () => undefined });
      onTestFinished(() => client.close());
      return client;
    },
    starts: () => (existsSync(path.join(folder, 'starts')) ? readFileSync(path.join(folder, 'starts')).length : 0),
    mend: () => writeFileSync(path.join(folder, 'mended'), ''),
  };
}

async function until(client: EngineClient, state: EngineState['state']): Promise<void> {
  for (let tries = 0; client.state.state !== state; tries++) {
    if (tries > 3000) throw new Error(`it is ${client.state.state}, not ${state}`);
    await delay(10);
  }
}
