// Writes the tables of docs/conflicts.md from the cases that the tests play.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withConflictTables } from '../test/conflicts/markdown';

async function main(): Promise<void> {
  const file = path.resolve(import.meta.dirname, '../docs/conflicts.md');
  await writeFile(file, await withConflictTables(await readFile(file, 'utf8'), file));
}

void main();
