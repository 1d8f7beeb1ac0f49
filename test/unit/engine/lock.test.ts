import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acquireLock, type Lock, type LockOptions, type LockTiming } from '../../../src/engine/lock/lock';
import { claimTerm, sightLock, termFile, thisMachine, timeOfBeat } from '../../../src/engine/lock/lock-file';
import { LockWatch } from '../../../src/engine/lock/lock-watch';
import { present } from '../../support/test-db';

/** Quicker than the product, in the same proportions. */
const timing: LockTiming = { beat: 200, trusted: 400, silent: 600 };

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
  const child = spawn(process.execPath, ['--import', 'tsx', script, file, JSON.stringify(timing)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const started = { process: child, next, go: () => void child.stdin.write('go\n') };
  children.push(started);
  expect(await next()).toBe('ready');
  return started;
}

async function startOwner(): Promise<Child> {
  const owner = await startChild();
  owner.go();
  expect(await owner.next()).toBe('owner');
  return owner;
}

async function kill({ process }: Child): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const ended = once(process, 'exit');
  process.kill('SIGKILL');
  await ended;
}

async function acquire(options: Partial<LockOptions> = {}): Promise<Lock> {
  const lock = await acquireLock(file, { timing, onLost: () => undefined, ...options });
  locks.push(lock);
  return lock;
}

const watch = (ended: ReadonlySet<string> = new Set()): LockWatch =>
  new LockWatch(file, { ended, silent: timing.silent, interval: 50 });

/** Looks until it is so; how often it looked. */
async function untilState(state: string, watching: LockWatch): Promise<number> {
  for (let looks = 1; ; looks++) {
    if ((await watching.look()).state === state) return looks;
    await sleep(50);
  }
}

/** The term of an owner that is none of this machine's processes, and shows no life. */
function leaveTerm(term: number, owner: { token: string; pid: number; machine: string } | null, beat = 7): void {
  mkdirSync(join(directory, 'storage'), { recursive: true });
  writeFileSync(termFile(file, term), owner === null ? '' : JSON.stringify({ ...owner, note: null }));
  utimesSync(termFile(file, term), timeOfBeat(beat), timeOfBeat(beat));
}

const elsewhere = { token: 'x', pid: 1, machine: 'another machine' };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mailpane-lock-'));
  file = join(directory, 'storage', 'mail');
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const child of children.splice(0)) await kill(child);
  for (const lock of locks.splice(0)) lock.release();
  rmSync(directory, { recursive: true });
});

describe('the lock of the engine', () => {
  it('is held by one until it is released, and can be had at once then', async () => {
    const first = await acquire();
    expect(first.held).toBe(true);
    await expect(acquire()).rejects.toMatchObject({ name: 'LockError', reason: 'locked' });
    first.release();
    first.release();
    expect(first.held).toBe(false);
    expect((await watch().look()).state).toBe('free');
    expect((await acquire()).held).toBe(true);
  });

  it('is refused while another process lives, and can be had at once when that was killed', async () => {
    const owner = await startOwner();
    const watching = watch();
    const before = (await sightLock(file))?.beat;
    await vi.waitFor(async () => expect((await sightLock(file))?.beat).not.toBe(before), 5000); // it is kept alive
    expect((await watching.look()).state).toBe('held');
    await expect(acquire()).rejects.toMatchObject({ reason: 'locked' });
    await kill(owner);
    expect((await watching.look()).state).toBe('free');
    expect((await acquire()).held).toBe(true);
  });

  it('is taken from a frozen process after a silence, and that one finds out before it does anything', async () => {
    const owner = await startOwner();
    const watching = watch();
    expect((await watching.look()).state).toBe('held');
    owner.process.kill('SIGSTOP');
    await untilState('silent', watching);
    const seen = present((await watching.look()).sighting);
    const lock = await acquire({ silent: seen });
    expect(lock.held).toBe(true);
    owner.process.kill('SIGCONT');
    owner.go();
    expect(await owner.next()).toBe('lost');
    expect(await owner.next()).toBe('not held');
    expect(lock.held).toBe(true);
  });

  it('stays with a process that was frozen and woke before anybody took over, under a new term', async () => {
    const owner = await startOwner();
    const watching = watch();
    await watching.look();
    owner.process.kill('SIGSTOP');
    await untilState('silent', watching);
    const seen = present((await watching.look()).sighting);
    owner.process.kill('SIGCONT');
    owner.go();
    expect(await owner.next()).toBe('held');
    expect((await sightLock(file))?.term).toBeGreaterThan(seen.term);
    await expect(acquire({ silent: seen })).rejects.toMatchObject({ reason: 'locked' });
    owner.go();
    expect(await owner.next()).toBe('held');
  });

  it('is lost when there is a newer owner, and is told once', async () => {
    const onLost = vi.fn();
    const lock = await acquire({ onLost });
    const { term } = present(await sightLock(file));
    leaveTerm(term + 1, elsewhere);
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledTimes(1), 5000);
    expect(lock.held).toBe(false);
    expect(onLost.mock.calls[0]?.[0]).toMatchObject({ name: 'LockError', reason: 'locked' });
    lock.release();
    expect(await sightLock(file)).toEqual({ term: term + 1, beat: 7, owner: { ...elsewhere, note: null } });
    expect(onLost).toHaveBeenCalledTimes(1);
  });

  it('is asked for anew, before anything else, by an owner whose clock has jumped', async () => {
    const lock = await acquire();
    const { term } = present(await sightLock(file));
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 3_600_000);
    expect(lock.held).toBe(true);
    expect((await sightLock(file))?.term).toBe(term + 1);
    leaveTerm(term + 2, elsewhere);
    vi.spyOn(Date, 'now').mockImplementation(() => now + 7_200_000);
    expect(lock.held).toBe(false);
  });

  it('is kept by a clock that is set back', async () => {
    const onLost = vi.fn();
    const lock = await acquire({ onLost });
    const before = present(await sightLock(file));
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now - 3_600_000);
    await vi.waitFor(async () => expect((await sightLock(file))?.beat).not.toBe(before.beat), 5000);
    expect(lock.held).toBe(true);
    expect(onLost).not.toHaveBeenCalled();
  });

  it('gets its heartbeats from whoever asks, while no timer can run', async () => {
    const lock = await acquire();
    const watching = watch();
    let last = (await watching.look()).sighting;
    for (let seen = 0; seen < 3; seen++) {
      const until = performance.now() + 1.2 * timing.beat;
      while (performance.now() < until) if (!lock.held) throw new Error('lost'); // a long statement
      const { sighting, state } = await watching.look();
      expect(state).toBe('held');
      expect(sighting?.beat === last?.beat && sighting?.term === last?.term).toBe(false);
      last = sighting;
    }
  });

  it('is not judged by whoever did not look: time it slept through is no silence', async () => {
    leaveTerm(1, elsewhere);
    const watching = watch();
    const clock = vi.spyOn(performance, 'now');
    let now = 0;
    clock.mockImplementation(() => now);
    expect((await watching.look()).state).toBe('held');
    now += 3_600_000;
    expect((await watching.look()).state).toBe('held');
    for (let looks = 0; looks < 9; looks++) {
      now += 50;
      expect((await watching.look()).state).toBe('held'); // 100 ms of the hour, and 450
    }
    now += 50;
    expect((await watching.look()).state).toBe('silent');
  });

  it.each([
    ['of another machine', { token: 'x', pid: 4_000_000, machine: 'another machine' }],
    ['of a living process', { token: 'x', pid: process.ppid, machine: thisMachine }],
    ['of this process, which has not ended', { token: 'x', pid: process.pid, machine: thisMachine }],
    ['that is not readable', null],
  ])('left by an owner %s is had only after a silence', async (_whose, owner) => {
    leaveTerm(3, owner);
    await expect(acquire()).rejects.toMatchObject({ reason: 'locked' });
    const watching = watch();
    await untilState('silent', watching);
    await acquire({ silent: present((await watching.look()).sighting) });
    expect((await sightLock(file))?.term).toBe(4);
    expect(existsSync(termFile(file, 3))).toBe(false);
  });

  it('left by a thread of this process that has ended can be had at once', async () => {
    const first = await acquire({ token: 'first' });
    await expect(acquire({ ended: ['another'] })).rejects.toMatchObject({ reason: 'locked' });
    expect((await watch(new Set(['first'])).look()).state).toBe('free');
    await acquire({ ended: ['first'] });
    await vi.waitFor(() => expect(first.held).toBe(false), 5000);
  });

  it(
    'left behind by a dead owner goes to exactly one of several that want it at once',
    { timeout: 30_000 },
    async () => {
      await kill(await startOwner());
      const rivals = [await startChild(), await startChild(), await startChild()];
      for (const rival of rivals) rival.go();
      const answers = await Promise.all(rivals.map((rival) => rival.next()));
      expect(answers.sort()).toEqual(['locked', 'locked', 'owner']);
    },
  );

  it('is not had by one who slept while newer owners came and went', async () => {
    leaveTerm(9, elsewhere, 0);
    const current = await acquire();
    // It saw term 5 as given back and creates 6, whose file is long cleared away.
    expect(claimTerm(file, 6)).toBeNull();
    expect(readdirSync(join(directory, 'storage'))).toEqual(['mail.lock.10']);
    expect(current.held).toBe(true);
  });

  it('says what its owner wants others to know, under each of its terms, to this user only', async () => {
    const lock = await acquire({ token: 'first' });
    lock.publish({ pipe: '/somewhere' });
    const seen = present(await sightLock(file));
    expect(seen.owner).toEqual({
      token: 'first',
      pid: process.pid,
      machine: thisMachine,
      note: { pipe: '/somewhere' },
    });
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 3_600_000);
    expect(lock.held).toBe(true);
    expect(await sightLock(file)).toMatchObject({ term: seen.term + 1, owner: seen.owner });
    expect(JSON.parse(readFileSync(termFile(file, seen.term + 1), 'utf8'))).toEqual(seen.owner);
  });

  it('that cannot be created is an io error', async () => {
    file = '/dev/null/mail';
    await expect(acquire()).rejects.toMatchObject({ reason: 'io' });
  });
});
