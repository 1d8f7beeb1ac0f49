import { describe, expect, it } from 'vitest';
import { Backoff, defaultBackoff } from '../../../src/sync/backoff';
import { SyncError, type SyncErrorReason } from '../../../src/sync/sync-error';

const failed = (reason: SyncErrorReason, retryAfter: number | null = null): SyncError =>
  new SyncError(reason, reason, { retryAfter });

/** The last of so many waits. */
function waits(backoff: Backoff, count: number, failure: SyncError | null): number {
  let wait = 0;
  for (let number = 0; number < count; number++) wait = backoff.next(failure);
  return wait;
}

/** With the longest waits that its jitter may give. */
const longest = (): Backoff => new Backoff({ ...defaultBackoff, random: () => 1 });

describe('S29: the back-off', () => {
  it('doubles, and never says "at once"', () => {
    const backoff = longest();
    expect([1, 2, 3].map(() => backoff.next(failed('unavailable')))).toEqual([5_000, 10_000, 20_000]);
    const shortest = new Backoff({ ...defaultBackoff, random: () => 0 });
    expect(waits(shortest, 20, failed('offline'))).toBe(2_500);
  });

  it.each(['unavailable', 'rate-limited', 'protocol', 'disk'] as const)('%s: five minutes at most', (reason) => {
    expect(waits(longest(), 20, failed(reason))).toBe(300_000);
  });

  it.each(['offline', 'host-not-found', 'timeout', 'tls'] as const)(
    'S26: %s, by which the network fails: a minute at most, since nobody tells of its return',
    (reason) => {
      expect(waits(longest(), 20, failed(reason))).toBe(60_000);
    },
  );

  it('is never shorter than what the server asked for', () => {
    expect(longest().next(failed('offline', 90_000))).toBe(90_000);
    expect(longest().next(failed('rate-limited', 1))).toBe(5_000);
  });

  it('starts anew once it works', () => {
    const backoff = longest();
    waits(backoff, 20, failed('offline'));
    waits(backoff, 20, failed('unavailable'));
    backoff.reset();
    expect(backoff.next(failed('offline'))).toBe(5_000);
    expect(backoff.next(failed('unavailable'))).toBe(5_000);
  });

  it.each([failed('unavailable'), failed('rate-limited'), null])(
    'S26: waking up forgives the network, and not the server: %s',
    (failure) => {
      const backoff = longest();
      waits(backoff, 20, failure);
      waits(backoff, 20, failed('offline'));
      backoff.wokeUp();
      expect(backoff.next(failed('offline'))).toBe(5_000);
      expect(backoff.next(failure)).toBe(300_000);
    },
  );
});
