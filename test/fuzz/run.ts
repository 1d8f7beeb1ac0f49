/**
 * `npx tsx test/fuzz/run.ts [--protocol jmap|imap] [--server embedded|cyrus|dovecot] [--runs 100] [--seed 1]`
 *
 * Plays one interleaving a seed, from `seed` on. A failure is played again, shrunk, and printed with its shortest steps;
 * `--runs 1 --seed N` plays that one alone; `--wire` prints what went over the network too. The last line is the result as
 * JSON.
 */
import { parseArgs } from 'node:util';
import { openFuzzServer } from './open-fuzz-server';
import { play } from './play';
import { FuzzFailure } from './rest';
import { shrink } from './shrink';
import { describeStep, stepsOf } from './steps';
import type { FuzzServer } from './fuzz-server';

const { values } = parseArgs({
  options: {
    protocol: { type: 'string', default: 'jmap' },
    server: { type: 'string', default: 'embedded' },
    runs: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    shrink: { type: 'boolean', default: true },
    wire: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

async function errorOf(work: () => Promise<void>): Promise<Error | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function report(server: FuzzServer, seed: number, error: Error): Promise<void> {
  console.log(`seed ${seed}: ${error instanceof FuzzFailure ? error.message : (error.stack ?? error.message)}`);
  if (values.wire && error instanceof FuzzFailure) console.log(error.wire.map((line) => `  ${line}`).join('\n'));
  const all = stepsOf(seed, server.mischief.length);
  const fails = async (steps: readonly (typeof all)[number][]): Promise<boolean> =>
    (await errorOf(() => play(server, seed, steps))) !== null;
  const steps = values.shrink ? await shrink(all, fails) : all;
  const again = await errorOf(() => play(server, seed, steps));
  console.log(
    `  ${steps.length} of ${all.length} steps, again: ${again?.message.split('\n', 1)[0] ?? 'it did not fail this time'}`,
  );
  for (const step of steps) console.log(`  ${describeStep(step)}`);
}

async function main(): Promise<void> {
  const [runs, firstSeed] = [Number(values.runs), Number(values.seed)];
  const server = await openFuzzServer(values.protocol, values.server);
  const failed: number[] = [];
  let steps = 0;
  const started = performance.now();
  let shrinking = 0;
  try {
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      const list = stepsOf(seed, server.mischief.length);
      steps += list.length;
      const error = await errorOf(() => play(server, seed, list));
      if (error !== null) {
        failed.push(seed);
        const from = performance.now();
        await report(server, seed, error);
        shrinking += performance.now() - from;
      }
      if ((seed - firstSeed + 1) % 50 === 0) console.log(`${seed - firstSeed + 1} runs, failed: ${failed.join(' ')}`);
    }
  } finally {
    await server.stop();
  }
  const msPerRun = Math.round((performance.now() - started - shrinking) / runs);
  const { protocol, server: name } = values;
  console.log(JSON.stringify({ name: 'fuzz', protocol, server: name, runs, seed: firstSeed, steps, msPerRun, failed }));
  if (failed.length > 0) process.exitCode = 1;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
