/**
 * Writes entries until it is killed, and says the number of each on stdout after its commit returned.
 * Arguments: file, seed.
 *
 * A transaction is one entry, some of them many pages long; or several entries; or an update of many old ones; and now
 * and then there is a checkpoint, so that kills hit all of these.
 */
import { writeSync } from 'node:fs';
import { openDatabase, type Database } from '../../src/db/database';
import { addEntry, OPTIONS, randomFrom } from './workload';

/** Synchronous: a line that arrives was written after the commit, and none waits in a buffer when the kill comes. */
function acknowledge(entry: number): void {
  for (;;) {
    try {
      writeSync(1, `${entry}\n`);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}

function writeForever(database: Database, random: () => number): never {
  let last = database.get('SELECT highest FROM total', [], ([highest]) => Number(highest)) ?? 0;
  acknowledge(last);
  const below = (limit: number): number => Math.floor(random() * limit);
  const add = (): void => addEntry(database, ++last, random() < 0.05 ? below(200_000) : below(800));
  for (;;) {
    const kind = random();
    if (kind < 0.8) {
      database.transaction(() => {
        for (let count = kind < 0.6 ? 1 : 3; count > 0; count--) add();
      });
      acknowledge(last);
    } else if (kind < 0.97) {
      database.run('UPDATE entry SET touched = touched + 1 WHERE id % 23 = ?', [below(23)]);
    } else {
      database.checkpoint();
    }
  }
}

const [, , file = '', seed = ''] = process.argv;
void openDatabase(file, OPTIONS).then((database) => writeForever(database, randomFrom(Number(seed))));
