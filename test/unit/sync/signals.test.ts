import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WakeUp } from '../../../src/sync/signals';

const never = new AbortController().signal;

describe('a flag that a loop waits for', () => {
  it('ends the wait, or the next one, and says so', async () => {
    const flag = new WakeUp();
    const waiting = flag.wait(null, never);
    flag.raise();
    expect(await waiting).toBe('woken');
    expect(await flag.wait(null, never)).toBe('woken');
    flag.clear();
    expect(await flag.wait(5, never)).toBe('timeout');
  });

  it.each([
    ['times out', (_abort: () => void) => undefined],
    ['is given up', (abort: () => void) => abort()],
  ])('wakes the newest wait when an older one, which nobody awaits any more, %s', async (_name, end) => {
    const flag = new WakeUp();
    const older = new AbortController();
    const left = flag.wait(10, older.signal).catch(() => 'given up');
    const waiting = flag.wait(5_000, never);
    end(() => older.abort());
    await left;
    await delay(5);
    flag.raise();
    expect(await waiting).toBe('woken');
  });
});
