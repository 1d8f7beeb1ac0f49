import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
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
    const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-restart-'));
    const workerFile = path.join(folder, 'worker.cjs');
    writeFileSync(workerFile, program);
    const client = new EngineClient({ folder, workerFile, version: '1.0.0', trace: () => undefined });
    onTestFinished(async () => {
      await client.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const starts = () =>
      existsSync(path.join(folder, 'starts')) ? readFileSync(path.join(folder, 'starts')).length : 0;
    const states: string[] = [];
    client.onState(({ state }) => states.push(state));
    const until = async (state: string) => {
      for (let tries = 0; client.state.state !== state; tries++) {
        if (tries > 3000) throw new Error(`it is ${client.state.state}, not ${state}, after ${starts()} starts`);
        await delay(10);
      }
    };
    await until('failed');
    expect(starts()).toBe(4);
    await expect(client.request('overview', {})).rejects.toMatchObject({
      message: expect.stringMatching(/again and again.*free some space/) as string,
    });
    for (let tries = 0; starts() < 5 && tries < 3000; tries++) await delay(10);
    // What fails again is not called ready in between.
    expect(states.filter((state) => state === 'ready')).toHaveLength(4);
    writeFileSync(path.join(folder, 'mended'), '');
    await until('ready');
  });
});
