import { describe, expect, it } from 'vitest';
import type { ChangeId } from '../../../../src/model/ids';
import type { ChangeState } from '../../../../src/model/pending-change';
import { inReadingOrder, newlyFailed } from '../../../../src/views/outbox/outbox-order';
import { change } from './changes';

describe('S30: the list of what waits and failed', () => {
  it('has every change, failed ones first, each part in the order of the queue', () => {
    const { failed, waiting } = inReadingOrder([
      change(4, { state: 'queued' }),
      change(3, { state: 'failed' }),
      change(2, { state: 'sending' }),
      change(1, { state: 'failed' }),
    ]);
    expect(failed.map(({ changeId }) => changeId)).toEqual([1, 3]);
    expect(waiting.map(({ changeId }) => changeId)).toEqual([2, 4]);
  });

  it('tells of a failure once, and again when it failed anew after a retry', () => {
    const states: ChangeState[] = ['failed', 'failed', 'queued', 'failed'];
    let told: ReadonlySet<ChangeId> = new Set();
    const fresh = states.map((state) => {
      const result = newlyFailed(told, [change(1, { state })]);
      told = new Set(result.all);
      return result.fresh.length;
    });
    expect(fresh).toEqual([1, 0, 0, 1]);
  });
});
