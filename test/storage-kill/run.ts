/**
 * `npx tsx test/storage-kill/run.ts [--kills 200] [--seed 1] [--every 8]`: see kill-writers.ts; then kill-backup.ts at every
 * so many operations, before and in the middle of each. The last lines are the results.
 */
import { parseArgs } from 'node:util';
import { killAt, openBackupStage, type Work } from './kill-backup';
import { killWriters } from './kill-writers';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    every: { type: 'string', default: '8' },
  },
});

async function killBackups(work: Work, every: number): Promise<void> {
  const stage = await openBackupStage();
  try {
    const outcomes = { before: 0, after: 0 };
    let kills = 0;
    for (let at = 1, died = true; died; at += every) {
      for (const inTheMiddle of [false, true]) {
        const killed = await killAt(stage, work, { at, inTheMiddle }).catch((error: unknown) => {
          throw new Error(`${work}, killed at operation ${at}${inTheMiddle ? ', in its middle' : ''}`, {
            cause: error,
          });
        });
        ({ died } = killed);
        if (!died) break;
        kills += 1;
        outcomes[killed.outcome] += 1;
      }
    }
    console.log(JSON.stringify({ name: `${work}-kill`, every, kills, ...outcomes, broken: 0 }));
  } finally {
    stage.end();
  }
}

async function run(): Promise<void> {
  const result = await killWriters(Number(values.kills), Number(values.seed), (line) => console.log(line));
  console.log(JSON.stringify({ name: 'storage-kill', seed: Number(values.seed), ...result, lost: 0 }));
  for (const work of ['export', 'restore'] as const) await killBackups(work, Number(values.every));
}

run().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
