/**
 * `npx tsx test/bench/run.ts NAME` runs one benchmark and prints its result as JSON in the last line; `--list` lists
 * them. A benchmark is a file benches/NAME.ts that exports `bench`.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench';

const directory = join(__dirname, 'benches');
const cache = join(__dirname, '../../.cache/bench');

async function load(name: string): Promise<Bench> {
  const { bench } = (await import(`./benches/${name}.ts`)) as { bench: Bench };
  return bench;
}

async function main(argument: string | undefined): Promise<void> {
  const names = readdirSync(directory).map((file) => file.replace(/\.ts$/, ''));
  if (argument === '--list') {
    for (const name of names) console.log(`${name}\t${(await load(name)).description}`);
    return;
  }
  if (argument === undefined || !names.includes(argument)) {
    throw new Error(`Say which benchmark: ${names.join(', ')} (or --list)`);
  }
  mkdirSync(cache, { recursive: true });
  const bench = await load(argument);
  console.log(JSON.stringify(await bench.run({ cache, log: (line) => console.log(line) })));
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
