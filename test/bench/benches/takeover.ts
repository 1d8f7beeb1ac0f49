import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { closeMailDb, openMailDb } from '../../../src/db/open-mail-db';
import { openStage } from '../../windows/stage';
import { takeOvers, type Blow } from '../../windows/takeovers';
import { percentile, rounded, type Bench } from '../bench';

const kills = 50;
const windows = 3;
const messages = 400;

export const bench: Bench = {
  name: 'takeover',
  description: `ms from the kill of the window that runs the engine until another one answers, p50 of ${kills}; against opening the database.`,
  async run({ log }) {
    const stage = await openStage({ windows, messages });
    try {
      log(
        `${windows} windows are served; the one that runs the engine is killed ${kills} times while the others work.`,
      );
      const takeovers = await takeOvers(stage, Array<Blow>(kills).fill('kill'));
      const times = takeovers.map(({ ms }) => ms);
      const reference = percentile(await timesToOpen(path.join(stage.folder, 'storage')), 0.5);
      const p50 = percentile(times, 0.5);
      return {
        name: 'takeover',
        ours: rounded(p50, 0),
        reference: rounded(reference, 0),
        ratio: rounded(p50 / reference),
        unit: 'ms from the kill to the first answer',
        max: rounded(Math.max(...times), 0),
        kills,
        windows,
        messages,
      };
    } finally {
      await stage.end();
    }
  },
};

/** ms to open the database as its owner left it, log and all, in this process. */
async function timesToOpen(storage: string): Promise<readonly number[]> {
  const times: number[] = [];
  for (let count = 0; count < 10; count++) {
    const copy = `${storage}-copy`;
    cpSync(storage, copy, { recursive: true });
    const start = performance.now();
    const db = await openMailDb(copy, { onChanged: () => undefined });
    times.push(performance.now() - start);
    closeMailDb(db);
    rmSync(copy, { recursive: true });
  }
  return times;
}
