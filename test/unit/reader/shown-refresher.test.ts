import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createShownRefresher } from '../../../src/views/reader/shown-refresher';

const interval = 50;

function shown(isVisible: boolean) {
  const panel = { isVisible };
  let reads = 0;
  const refresher = createShownRefresher(
    interval,
    () => panel.isVisible,
    () => {
      reads++;
      return Promise.resolve();
    },
  );
  return { panel, refresher, reads: () => reads };
}

describe('a message in a tab', () => {
  it('is read at most once in each interval while it is on screen and changes pour in', async () => {
    const { refresher, reads } = shown(true);
    const began = performance.now();
    for (let change = 0; change < 20; change++) {
      refresher.changed();
      await delay(10);
    }
    await delay(2 * interval);
    expect(reads()).toBeGreaterThanOrEqual(2);
    expect(reads()).toBeLessThanOrEqual((performance.now() - began) / interval + 1);
    refresher.dispose();
  });

  it('is not read while it is hidden, and once when it comes back', async () => {
    const { panel, refresher, reads } = shown(false);
    for (let change = 0; change < 20; change++) refresher.changed();
    refresher.visibilityChanged();
    await delay(2 * interval);
    expect(reads()).toBe(0);
    panel.isVisible = true;
    refresher.visibilityChanged();
    await delay(2 * interval);
    expect(reads()).toBe(1);
    refresher.visibilityChanged(); // nothing changed since
    await delay(2 * interval);
    expect(reads()).toBe(1);
    refresher.dispose();
  });

  it('is read hidden too where it is opened so, and never once it is closed', async () => {
    const { refresher, reads } = shown(false);
    refresher.request();
    await delay(2 * interval);
    expect(reads()).toBe(1);
    refresher.dispose();
    refresher.request();
    await delay(2 * interval);
    expect(reads()).toBe(1);
  });
});
