import { describe, expect, it } from 'vitest';
import { liveOnce } from '../fuzz/kill-every-step';
import type { FuzzServer } from '../fuzz/fuzz-server';
import { openFuzzServer } from '../fuzz/open-fuzz-server';
import { play } from '../fuzz/play';
import { killClients } from '../fuzz/sigkill';
import { shrink } from '../fuzz/shrink';
import { describeStep, stepsOf, type Step } from '../fuzz/steps';

/** More of each: `npm run fuzz`, and `KILL_AT_EVERY_STEP=1` for the kills. */
const suites = [
  { protocol: 'jmap', name: 'embedded', interleavings: 80 },
  { protocol: 'jmap', name: 'cyrus', interleavings: 20 },
  { protocol: 'imap', name: 'dovecot', interleavings: 60 },
  { protocol: 'imap', name: 'cyrus', interleavings: 40 },
] as const;
/** `every`: operations on the disk from one death to the next. */
const killed = [
  { protocol: 'jmap', name: 'embedded', every: 17 },
  { protocol: 'imap', name: 'dovecot', every: 61 },
] as const;
const everyStep = process.env.KILL_AT_EVERY_STEP === '1';

async function withServer<T>(
  { protocol, name }: { readonly protocol: string; readonly name: string },
  work: (server: FuzzServer) => Promise<T>,
): Promise<T> {
  const server = await openFuzzServer(protocol, name);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

// Once lost is lost: no second try, as other tests of real servers have it.
describe('S40: nothing is ever lost', { retry: 0 }, () => {
  it.each(suites)(
    '$interleavings interleavings of both sides, faults and kills end with local = server ($protocol, $name)',
    { timeout: 600_000 },
    (suite) =>
      withServer(suite, async (server) => {
        for (let seed = 1; seed <= suite.interleavings; seed++) {
          const steps = stepsOf(seed, server.mischief.length);
          await play(server, seed, steps).catch((error: unknown) => {
            throw new Error([`seed ${seed}:`, ...steps.map(describeStep)].join('\n'), { cause: error });
          });
        }
      }),
  );

  it.each(killed)(
    'S4: killed at any write to the disk, a sync and an outbox end with the same ($protocol, $name)',
    { timeout: 3_600_000 },
    (suite) =>
      withServer(suite, async (server) => {
        const whole = await liveOnce(server, Infinity);
        expect(whole.operations).toBeGreaterThan(50);
        for (let after = 0; after < whole.operations; after += everyStep ? 1 : suite.every) {
          const { end } = await liveOnce(server, after);
          expect(end, `died after ${after} operations`).toEqual(whole.end);
        }
      }),
  );

  it.each(killed)(
    'S2: what a client acknowledged before a SIGKILL reaches the server ($protocol, $name)',
    { timeout: 300_000 },
    (suite) =>
      withServer(suite, async (server) => {
        const { acknowledged } = await killClients(server, 5, 1);
        expect(acknowledged).toBeGreaterThan(10);
      }),
  );
});

describe('the fuzz itself', () => {
  it('shrinks a failing list to the steps that it takes', async () => {
    const steps = stepsOf(7, 0);
    const needed = steps.filter((_, index) => index % 9 === 2);
    const fails = (list: readonly Step[]): Promise<boolean> =>
      Promise.resolve(needed.every((step) => list.includes(step)));
    expect(await shrink(steps, fails)).toEqual(needed);
  });

  it('draws the same steps for the same seed, and others for another', () => {
    expect(stepsOf(5, 15)).toEqual(stepsOf(5, 15));
    expect(stepsOf(6, 15)).not.toEqual(stepsOf(5, 15));
  });
});
