import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { buildProgram, type Program } from '../windows/build';
import { openWindow, type OpenOptions, type WindowProcess } from '../windows/open-window';
import { openStage, until } from '../windows/stage';
import { takeOvers } from '../windows/takeovers';

describe('windows as processes of their own', () => {
  it('have one engine, whatever happens to its window, and do what was asked once', { timeout: 180_000 }, async () => {
    const stage = await openStage({ windows: 3, messages: 200 });
    onTestFinished(() => stage.end());
    const blows = ['kill', 'freeze', 'close', 'kill', 'freeze', 'kill'] as const;
    expect(await takeOvers(stage, blows)).toHaveLength(blows.length);
  });
});

describe('windows of two versions', () => {
  let programs: { readonly older: Program; readonly newer: Program; readonly newerSchema: Program };
  let storage: string;
  let open: WindowProcess[];

  beforeAll(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-versions-'));
    const migration = 'CREATE TABLE later (id INTEGER PRIMARY KEY)';
    programs = {
      older: await buildProgram(path.join(folder, 'older'), { apiVersion: 1001 }),
      newer: await buildProgram(path.join(folder, 'newer'), { apiVersion: 1002, migration }),
      newerSchema: await buildProgram(path.join(folder, 'newer-schema'), { apiVersion: 1001, migration }),
    };
    return () => rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    storage = mkdtempSync(path.join(tmpdir(), 'mailpane-versions-'));
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((window) => window.kill()));
    rmSync(storage, { recursive: true, maxRetries: 3 });
  });

  const start = (version: keyof typeof programs, options: Partial<OpenOptions> = {}): WindowProcess => {
    const window = openWindow({ folder: storage, program: programs[version], secret: '', version, ...options });
    open.push(window);
    return window;
  };
  const isServed = (window: WindowProcess) => until('it is served', () => window.state === 'ready');
  const isOutdated = (window: WindowProcess) => until('it steps back', () => window.reason === 'outdated');

  it('the older engine steps aside for a newer window, and its windows stay back', { timeout: 60_000 }, async () => {
    const owner = start('older');
    await isServed(owner);
    const attached = start('older');
    await isServed(attached);
    const newer = start('newer');
    await isServed(newer);
    await isOutdated(owner);
    await isOutdated(attached);
    await expect(attached.request('overview', {})).rejects.toMatchObject({
      reason: 'outdated',
      message: expect.stringContaining('Reload this window') as string,
    });
    expect(newer.ownsEngine).toBe(true);
    // Even with nobody there: older code starts no engine any more.
    const engines = (window: WindowProcess) => window.log.filter((line) => line.startsWith('Runs the engine')).length;
    await newer.close();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect([engines(owner), engines(attached), owner.state, attached.state]).toEqual([1, 0, 'failed', 'failed']);
  });

  it('an older window steps back at once where a newer engine runs', { timeout: 60_000 }, async () => {
    const newer = start('newer');
    await isServed(newer);
    const older = start('older');
    await isOutdated(older);
    expect(older.log.join()).not.toContain('Runs the engine');
    await expect(newer.request('overview', {})).resolves.toMatchObject({ pending: 0 });
  });

  it('a newer window of the same interface is served by the older engine', { timeout: 60_000 }, async () => {
    const older = start('older');
    await isServed(older);
    const newer = start('newerSchema');
    await isServed(newer);
    expect(newer.ownsEngine).toBe(false);
    // Taken over, the database becomes newer; the older window goes on as its guest.
    const again = start('older');
    await isServed(again);
    await older.kill();
    open.splice(open.indexOf(older), 1);
    await until('one of them has it', () => newer.ownsEngine || again.ownsEngine);
  });

  it('a database of a newer schema is not opened by older code', { timeout: 60_000 }, async () => {
    const newer = start('newerSchema');
    await isServed(newer);
    await newer.close();
    const older = start('older');
    await until('it says so', () => older.state === 'failed');
    expect(older.reason).toBe('database');
    await expect(older.request('overview', {})).rejects.toMatchObject({
      message: expect.stringContaining('written by a newer version') as string,
    });
    const again = start('newerSchema');
    await isServed(again);
    // What could not start an engine is a guest of one that another window has, without a reload.
    await isServed(older);
    await expect(older.request('overview', {})).resolves.toMatchObject({ pending: 0 });
  });
});
