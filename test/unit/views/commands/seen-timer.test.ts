import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDoubleClick } from '../../../../src/views/commands/double-click';
import { createSeenTimer } from '../../../../src/views/commands/seen-timer';
import type { ShownMessage } from '../../../../src/views/view-context';
import { asEmailId, asMailboxId, asThreadId } from '../support/samples';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const message = (id: number): ShownMessage => ({
  emailId: asEmailId(id),
  threadId: asThreadId(id),
  mailboxId: asMailboxId(1),
  source: 'inboxes',
});

function timerWith(seconds: number, shown: () => number | null) {
  const marked: number[] = [];
  const timer = createSeenTimer({
    delay: () => seconds,
    isShown: ({ emailId }) => emailId === shown(),
    markSeen: ({ emailId }) => marked.push(emailId),
  });
  return { timer, marked };
}

describe('createSeenTimer', () => {
  it('marks what is still shown after the delay, and not before', async () => {
    const { timer, marked } = timerWith(2, () => 1);
    timer.opened(message(1));
    await vi.advanceTimersByTimeAsync(1999);
    expect(marked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(marked).toEqual([1]);
  });

  it('does not mark what was only passed on the way to another', async () => {
    let shown = 1;
    const { timer, marked } = timerWith(1, () => shown);
    timer.opened(message(1));
    await vi.advanceTimersByTimeAsync(500);
    timer.opened(message((shown = 2)));
    await vi.advanceTimersByTimeAsync(5000);
    expect(marked).toEqual([2]);
  });

  it('does not mark what was closed', async () => {
    const { timer, marked } = timerWith(1, () => null);
    timer.opened(message(1));
    await vi.advanceTimersByTimeAsync(5000);
    expect(marked).toEqual([]);
  });

  it.each([-1, -0.5, NaN])('never marks with the setting %s', async (seconds) => {
    const { timer, marked } = timerWith(seconds, () => 1);
    timer.opened(message(1));
    await vi.advanceTimersByTimeAsync(1e9);
    expect(marked).toEqual([]);
  });

  it('waits no less for a delay beyond what a timer can hold', async () => {
    const { timer, marked } = timerWith(1e12, () => 1);
    timer.opened(message(1));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(marked).toEqual([]);
  });

  it('marks nothing once disposed', async () => {
    const { timer, marked } = timerWith(1, () => 1);
    timer.opened(message(1));
    timer.dispose();
    await vi.advanceTimersByTimeAsync(5000);
    expect(marked).toEqual([]);
  });
});

describe('createDoubleClick', () => {
  it('is the second click on the same thing within half a second, and no third', () => {
    let time = 0;
    const isSecond = createDoubleClick(() => time);
    const clicks: [number, string][] = [
      [0, 'a'],
      [200, 'a'],
      [300, 'a'],
      [900, 'a'],
      [1000, 'b'],
      [1100, 'a'],
    ];
    expect(
      clicks.map(([at, id]) => {
        time = at;
        return isSecond(id);
      }),
    ).toEqual([false, true, false, false, false, false]);
  });
});
