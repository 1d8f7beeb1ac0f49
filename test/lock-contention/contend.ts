import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import type { LockTiming } from '../../src/engine/lock/lock';
import { randomFrom } from '../storage-kill/workload';

/** Quicker than the product, so that more happens in a minute, and so that a busy machine makes owners overdue. */
const timing: LockTiming = { beat: 150, trusted: 300, silent: 450 };

export interface Contention {
  readonly kills: number;
  readonly stops: number;
  readonly owners: number;
  readonly takeOvers: number;
  readonly writes: number;
  /** Writes of a process that was frozen between asking the lock and writing. */
  readonly late: number;
}

export interface ContendOptions {
  readonly processes: number;
  readonly kills: number;
  readonly stops: number;
  readonly seed: number;
}

/**
 * Many processes want one lock, and are killed, frozen and woken meanwhile.
 *
 * @throws if there were ever two owners: somebody wrote after another one had begun
 */
export async function contend({ processes, kills, stops, seed }: ContendOptions): Promise<Contention> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mailpane-contend-'));
  const log = path.join(folder, 'log');
  const script = path.join(folder, 'contender.js');
  const random = randomFrom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  await build({
    entryPoints: [path.join(import.meta.dirname, 'contender.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: script,
  });
  writeFileSync(log, '');
  let count = 0;
  const start = (): ChildProcess => {
    const name = String(++count);
    const args = [script, path.join(folder, 'mail'), log, name, String(seed * 1000 + count), JSON.stringify(timing)];
    return spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  };
  const contenders = Array.from({ length: processes }, start);
  const frozen = new Set<ChildProcess>();
  const wake = (contender: ChildProcess): void => {
    frozen.delete(contender);
    contender.kill('SIGCONT');
  };
  /** The newest owner, if it is to be hit; else anybody. */
  const victim = (): number => {
    const owner = random() < 0.7 ? ownerIn(readLog(log)) : undefined;
    const index = contenders.findIndex(({ spawnargs }) => spawnargs[4] === owner);
    return index >= 0 ? index : below(contenders.length);
  };
  let [killed, stopped] = [0, 0];
  try {
    while (ownerIn(readLog(log)) === undefined) await sleep(20);
    while (killed < kills || stopped < stops) {
      await sleep(below(300));
      const index = victim();
      const contender = contenders[index];
      if (contender === undefined) continue;
      if (random() * (kills + stops) < kills ? killed < kills : stopped >= stops) {
        const ended = once(contender, 'exit');
        contender.kill('SIGKILL');
        await ended;
        frozen.delete(contender);
        contenders[index] = start();
        killed += 1;
      } else if (!frozen.has(contender) && frozen.size < processes - 1) {
        contender.kill('SIGSTOP');
        frozen.add(contender);
        stopped += 1;
        // About as long as it takes to be judged, so that many wake in the moment when another takes over.
        setTimeout(() => wake(contender), timing.trusted * (0.5 + 2 * random()));
      }
    }
    await sleep(2 * timing.silent);
  } finally {
    for (const contender of contenders) contender.kill('SIGKILL');
  }
  await Promise.all(contenders.map(exitOf));
  const counted = { kills: killed, stops: stopped, ...countOwners(readLog(log)) };
  rmSync(folder, { recursive: true });
  return counted;
}

async function exitOf(contender: ChildProcess): Promise<void> {
  if (contender.exitCode === null && contender.signalCode === null) await once(contender, 'exit');
}

type Line = readonly [name: string, what: string];

function readLog(log: string): Line[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
}

const isBeginning = (what: string): boolean => what === 'begins' || what === 'takes over';

const ownerIn = (lines: readonly Line[]): string | undefined => lines.findLast(([, what]) => isBeginning(what))?.[0];

function countOwners(lines: readonly Line[]): Omit<Contention, 'kills' | 'stops'> {
  const counts = { owners: 0, takeOvers: 0, writes: 0, late: 0 };
  let owner = '';
  for (const [index, [name, what]] of lines.entries()) {
    if (isBeginning(what)) {
      owner = name;
      counts.owners += 1;
      if (what === 'takes over') counts.takeOvers += 1;
    } else if (what === 'write') {
      counts.writes += 1;
      if (name === owner) continue;
      const next = lines.slice(index + 1).find(([other]) => other === name);
      if (next?.[1] !== 'late') throw new Error(`two owners: ${name} wrote after ${owner} began, line ${index + 1}`);
      counts.late += 1;
    }
  }
  return counts;
}
