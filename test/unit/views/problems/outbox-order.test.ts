import { describe, expect, it } from 'vitest';
import type { OutboxItem } from '../../../../src/engine/api';
import type { AccountId, ChangeId, EmailId } from '../../../../src/model/ids';
import type { ChangeState } from '../../../../src/model/pending-change';
import { inReadingOrder, newlyFailed } from '../../../../src/views/problems/outbox-order';

function change(id: number, state: ChangeState): OutboxItem {
  return {
    changeId: id as ChangeId,
    accountId: 'a' as AccountId,
    emailId: 1 as EmailId,
    subject: '',
    intent: { type: 'destroy' },
    state,
    createdAt: 0,
    attempts: 0,
    lastError: null,
  };
}

describe('S30: the list of what waits and failed', () => {
  it('has every change, failed ones first, each part in the order of the queue', () => {
    const { failed, waiting } = inReadingOrder([
      change(4, 'queued'),
      change(3, 'failed'),
      change(2, 'sending'),
      change(1, 'failed'),
    ]);
    expect(failed.map(({ changeId }) => changeId)).toEqual([1, 3]);
    expect(waiting.map(({ changeId }) => changeId)).toEqual([2, 4]);
  });

  it('tells of a failure once, and again when it failed anew after a retry', () => {
    const states: ChangeState[] = ['failed', 'failed', 'queued', 'failed'];
    let told: ReadonlySet<ChangeId> = new Set();
    const fresh = states.map((state) => {
      const result = newlyFailed(told, [change(1, state)]);
      told = new Set(result.all);
      return result.fresh.length;
    });
    expect(fresh).toEqual([1, 0, 0, 1]);
  });
});
