import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOutboxPresence, type OutboxPresence } from '../../../../src/views/outbox/outbox-presence';

let shown: boolean[];
let presence: OutboxPresence;

beforeEach(() => {
  vi.useFakeTimers();
  shown = [];
  presence = createOutboxPresence((isShown) => shown.push(isShown));
});
afterEach(() => {
  presence.dispose();
  vi.useRealTimers();
});

describe('whether the outbox stands in the side bar', () => {
  it('does not come and go with changes that reach the server soon', () => {
    for (let key = 0; key < 50; key++) {
      presence.counts({ pending: 1, failed: 0 });
      vi.advanceTimersByTime(500);
      presence.counts({ pending: 0, failed: 0 });
    }
    expect(shown).toEqual([false]);
  });

  it('comes when something has waited, though other things joined it, and goes when nothing is left', () => {
    for (let pending = 1; pending <= 10; pending++) {
      presence.counts({ pending, failed: 0 });
      vi.advanceTimersByTime(500);
    }
    expect(shown).toEqual([false, true]);
    presence.counts({ pending: 0, failed: 0 });
    expect(shown).toEqual([false, true, false]);
  });

  it('comes at once when something failed, and stays while that is tried again', () => {
    presence.counts({ pending: 0, failed: 1 });
    presence.counts({ pending: 1, failed: 0 });
    expect(shown).toEqual([false, true]);
    presence.counts({ pending: 0, failed: 0 });
    expect(shown).toEqual([false, true, false]);
  });

  it('does not go while somebody looks at it', () => {
    presence.counts({ pending: 0, failed: 1 });
    presence.visible(true);
    presence.counts({ pending: 0, failed: 0 });
    expect(shown).toEqual([false, true]);
    presence.visible(false);
    expect(shown).toEqual([false, true, false]);
  });

  it('comes when it is asked for, empty as it is', () => {
    presence.ask();
    presence.visible(true);
    presence.counts({ pending: 0, failed: 0 });
    expect(shown).toEqual([false, true]);
  });
});
