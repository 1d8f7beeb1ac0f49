import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acquireLock, type Lock } from '../../../src/db/lock';

/** The least that is possible; the product waits longer. */
const TIMES = { stale: 2000, update: 1000 };

let directory: string;
let file: string;
const locks: Lock[] = [];
const children: Child[] = [];

interface Child {
  readonly process: ChildProcess;
  /** The next line it says. */
  readonly next: () => Promise<string>;
  readonly go: () => void;
}

async function startChild(): Promise<Child> {
  const script = join(import.meta.dirname, 'lock-child.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, file, String(TIMES.stale)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const started = { process: child, next, go: () => void child.stdin.write('go\n') };
  children.push(started);
  expect(await next()).toBe('ready');
  return started;
}

async function kill({ process }: Child): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const ended = once(process, 'exit');
  process.kill('SIGKILL');
  await ended;
}

async function acquire(onLost: (error: Error) => void = () => undefined): Promise<Lock> {
  const lock = await acquireLock(file, { ...TIMES, onLost });
  locks.push(lock);
  return lock;
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mailpane-lock-'));
  file = join(directory, 'storage', 'mail');
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const child of children.splice(0)) await kill(child);
  for (const lock of locks.splice(0)) await lock.release();
  rmSync(directory, { recursive: true });
});

describe('the lock of the engine', () => {
  it('is held by one until it is released, and can be had at once then', async () => {
    const first = await acquire();
    expect(first.held).toBe(true);
    await expect(acquire()).rejects.toMatchObject({ name: 'DatabaseError', reason: 'locked' });
    await first.release();
    await first.release();
    expect(first.held).toBe(false);
    expect((await acquire()).held).toBe(true);
  });

  it('is refused while another process lives, and taken over when that was killed', { timeout: 20_000 }, async () => {
    const owner = await startChild();
    owner.go();
    expect(await owner.next()).toBe('owner');
    await sleep(TIMES.stale + 500); // it is kept alive for longer than an owner without heartbeats has
    await expect(acquire()).rejects.toMatchObject({ reason: 'locked' });
    await kill(owner);
    await expect(acquire()).rejects.toMatchObject({ reason: 'locked' });
    await vi.waitFor(acquire, { timeout: 6000, interval: 200 });
    expect(locks.at(-1)?.held).toBe(true);
  });

  it('is lost when another process took it, and is told once', { timeout: 10_000 }, async () => {
    const onLost = vi.fn();
    const lock = await acquire(onLost);
    rmdirSync(`${file}.lock`);
    mkdirSync(`${file}.lock`);
    utimesSync(`${file}.lock`, new Date(), new Date(Date.now() + 1234));
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledTimes(1), { timeout: 5000 });
    expect(lock.held).toBe(false);
    expect(onLost.mock.calls[0]?.[0]).toMatchObject({ name: 'DatabaseError', reason: 'locked' });
    await lock.release();
    expect(existsSync(`${file}.lock`)).toBe(true); // it is the other one's
    rmdirSync(`${file}.lock`);
  });

  it('is not held in the first moment after a long sleep, before any timer ran', async () => {
    const lock = await acquire();
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + TIMES.stale + 1);
    expect(lock.held).toBe(false);
  });

  it(
    'left behind by a dead owner goes to exactly one of several that want it at once',
    { timeout: 30_000 },
    async () => {
      mkdirSync(`${file}.lock`, { recursive: true });
      utimesSync(`${file}.lock`, new Date(0), new Date(0));
      const rivals = [await startChild(), await startChild(), await startChild()];
      for (const rival of rivals) rival.go();
      const answers = await Promise.all(rivals.map((rival) => rival.next()));
      expect(answers.sort()).toEqual(['locked', 'locked', 'owner']);
    },
  );

  it('that cannot be created is an io error', async () => {
    file = '/dev/null/mail';
    await expect(acquire()).rejects.toMatchObject({ reason: 'io' });
  });
});
