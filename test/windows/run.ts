/**
 * `npx tsx test/windows/run.ts [--windows 5] [--kills 50] [--stops 10] [--closes 10]`: the window that runs the engine is
 * killed, frozen and closed while the others work; see takeovers.ts. The last line is the result.
 */
import { parseArgs } from 'node:util';
import { percentile, rounded } from '../bench/bench';
import { openStage } from './stage';
import { takeOvers, type Blow } from './takeovers';

const { values } = parseArgs({
  options: {
    windows: { type: 'string', default: '5' },
    kills: { type: 'string', default: '50' },
    stops: { type: 'string', default: '10' },
    closes: { type: 'string', default: '10' },
  },
});

async function main(): Promise<void> {
  const blows: Blow[] = [
    ...Array<Blow>(Number(values.kills)).fill('kill'),
    ...Array<Blow>(Number(values.stops)).fill('freeze'),
    ...Array<Blow>(Number(values.closes)).fill('close'),
  ];
  const stage = await openStage({ windows: Number(values.windows), messages: 400 });
  try {
    const takeovers = await takeOvers(stage, blows);
    const result: Record<string, unknown> = { name: 'window-takeovers', windows: Number(values.windows) };
    for (const blow of ['kill', 'freeze', 'close'] as const) {
      const times = takeovers.filter((takeover) => takeover.blow === blow).map(({ ms }) => ms);
      if (times.length === 0) continue;
      result[blow] = {
        count: times.length,
        p50: rounded(percentile(times, 0.5), 0),
        max: rounded(Math.max(...times), 0),
      };
    }
    console.log(JSON.stringify(result));
  } finally {
    await stage.end();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
