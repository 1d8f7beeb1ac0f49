/**
 * Tries to take the lock when told to on stdin, says `owner` or the reason it failed, and `lost` if it loses it. Asked
 * again on stdin, it says whether it holds it. Arguments: file, timing as JSON.
 */
import { createInterface } from 'node:readline';
import { acquireLock, type Lock, type LockTiming } from '../../../src/engine/lock/lock';
import { LockError } from '../../../src/engine/lock/lock-error';

const [, , file = '', timing = '{}'] = process.argv;
const say = (what: string): void => void process.stdout.write(`${what}\n`);
let lock: Lock | undefined;

async function take(): Promise<void> {
  const options = { timing: JSON.parse(timing) as Partial<LockTiming>, onLost: () => say('lost') };
  try {
    lock = await acquireLock(file, options);
    say('owner');
  } catch (error) {
    say(error instanceof LockError ? error.reason : String(error));
  }
}

createInterface(process.stdin).on('line', () => {
  if (lock === undefined) void take();
  else say(lock.held ? 'held' : 'not held');
});
say('ready');
