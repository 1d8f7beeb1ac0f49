import { describe, expect, it } from 'vitest';
import { createDoubleClick } from '../../../../src/views/commands/double-click';

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
