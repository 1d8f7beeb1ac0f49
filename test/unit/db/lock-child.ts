/**
 * Tries to take the lock when told to on stdin, says `owner` or the reason it failed, and `lost` if it loses it.
 * Arguments: file, milliseconds until stale.
 */
import { createInterface } from 'node:readline';
import { acquireLock } from '../../../src/db/lock';
import { DatabaseError } from '../../../src/db/database-error';

const [, , file = '', stale = ''] = process.argv;
const say = (what: string): void => void process.stdout.write(`${what}\n`);

createInterface(process.stdin).once('line', () => {
  acquireLock(file, { stale: Number(stale), update: 1000, onLost: () => say('lost') }).then(
    () => say('owner'),
    (error: unknown) => say(error instanceof DatabaseError ? error.reason : String(error)),
  );
});
say('ready');
