/**
 * Wants the lock, works under it for a while, gives it back, and wants it again, until it is killed. What it does stands
 * in a log that all contenders append to: the order of its lines is the order in which they were done.
 * Arguments: file, log, name, seed, timing as JSON.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock, type Lock, type LockTiming } from '../../src/engine/lock/lock';
import { LockError } from '../../src/engine/lock/lock-error';
import { LockWatch } from '../../src/engine/lock/lock-watch';
import { randomFrom } from '../storage-kill/workload';

const [, , file = '', log = '', name = '', seed = '', given = ''] = process.argv;
const timing = JSON.parse(given) as LockTiming;
const random = randomFrom(Number(seed));
const say = (what: string): void => appendFileSync(log, `${name} ${what}\n`);

function askFor(lock: Lock, ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end && lock.held);
}

async function work(lock: Lock): Promise<void> {
  for (let left = 1 + Math.floor(random() * 200); left > 0; left--) {
    const asked = performance.now();
    if (!lock.held) return;
    say('write');
    // Frozen between the question and the write: the one thing that no lock can help against. It says so itself.
    if (performance.now() - asked >= timing.trusted - timing.beat) say('late');
    // Mostly timers do the heartbeats; now and then a long statement keeps them from it.
    if (random() < 0.02) askFor(lock, 2 * timing.beat);
    else await sleep(random() * 10);
  }
  lock.release();
}

async function contend(): Promise<void> {
  const watch = new LockWatch(file, { ended: new Set(), silent: timing.silent, interval: timing.beat / 4 });
  for (;;) {
    const { state, sighting } = await watch.look();
    if (state === 'held') {
      await sleep(timing.beat / 4);
      continue;
    }
    try {
      const lock = await acquireLock(file, {
        timing,
        silent: state === 'silent' ? (sighting ?? undefined) : undefined,
        onLost: () => undefined,
      });
      say(state === 'silent' ? 'takes over' : 'begins');
      await work(lock);
    } catch (error) {
      if (!(error instanceof LockError) || error.reason !== 'locked') throw error;
    }
  }
}

void contend();
