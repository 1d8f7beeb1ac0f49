import { describe, expect, it } from 'vitest';
import { ServerQuiet } from '../../../src/sync/server-quiet';
import { testClocks } from '../../support/set-clocks';

const signal = new AbortController().signal;
const hour = 3_600_000;

function asked(ms: number | null) {
  const clocks = testClocks();
  const quiet = new ServerQuiet(clocks);
  quiet.note(ms);
  return { clocks, quiet };
}

describe('S29: what a server asked for by Retry-After', () => {
  it('is over when either clock says so (S37)', () => {
    const { clocks, quiet } = asked(60_000);
    clocks.pass(59_000);
    expect(quiet.left).toBe(1_000);
    clocks.sleep(1_000);
    expect(quiet.left).toBe(0);
  });

  it('is not made longer by a clock that is set back', () => {
    const { clocks, quiet } = asked(60_000);
    clocks.set(-hour);
    clocks.pass(60_000);
    expect(quiet.left).toBe(0);
  });

  it('holds for as long as the longer of two wishes', () => {
    const { quiet } = asked(60_000);
    quiet.note(1_000);
    expect(quiet.left).toBe(60_000);
    quiet.note(120_000);
    expect(quiet.left).toBe(120_000);
  });

  it('ends for all who wait when somebody looks after a sleep, and not before it is over', async () => {
    const { clocks, quiet } = asked(hour);
    let ended = 0;
    const waiting = [quiet.over(signal), quiet.over(signal)].map((wait) => wait.then(() => (ended += 1)));
    quiet.look();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(0);
    clocks.sleep(hour);
    quiet.look();
    await Promise.all(waiting);
    expect(ended).toBe(2);
  });

  it('is nothing where the server asked for nothing', async () => {
    await asked(null).quiet.over(signal);
  });
});
