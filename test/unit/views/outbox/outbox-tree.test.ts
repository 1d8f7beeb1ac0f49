import { describe, expect, it } from 'vitest';
import {
  changesOf,
  isDiscardable,
  isRetryable,
  nodesGiven,
  outboxChildren,
  outboxGroups,
  shownOfGroup,
  type OutboxNode,
} from '../../../../src/views/outbox/outbox-tree';
import { asAccountId } from '../support/samples';
import { change } from './changes';

const work = asAccountId('work');
const home = asAccountId('home');
const ids = (nodes: readonly OutboxNode[]) => nodes.map(({ id }) => id);

describe('S30: the groups of the view', () => {
  it('are what failed, then what waits, without empty ones', () => {
    const groups = outboxGroups([change(3), change(2, { state: 'failed' }), change(1, { state: 'sending' })], [work]);
    expect(groups.map((group) => [group.id, ids(outboxChildren(group))])).toEqual([
      ['failed:', ['failed::']],
      ['waiting:', ['change:1', 'change:3']],
    ]);
    expect(ids(outboxGroups([change(1)], [work]))).toEqual(['waiting:']);
    expect(outboxGroups([], [work])).toEqual([]);
  });

  it('are by account where there are several, and miss no change of an account that is not known yet', () => {
    const items = [
      change(1, { accountId: home, state: 'failed' }),
      change(2),
      change(3, { accountId: asAccountId('new') }),
      change(4, { accountId: home }),
    ];
    expect(ids(outboxGroups(items, [work, home]))).toEqual([
      'failed:home',
      'waiting:work',
      'waiting:home',
      'waiting:new',
    ]);
  });

  it('put what failed below its reason, once for each', () => {
    const full = { state: 'failed', lastError: 'The mailbox is full.' } as const;
    const items = [change(1, full), change(2, { state: 'failed', lastError: 'No.' }), change(3, full)];
    const reasons = outboxGroups(items, [work]).flatMap(outboxChildren);
    expect(reasons.map((reason) => [reason.kind, ids(outboxChildren(reason))])).toEqual([
      ['reason', ['change:1', 'change:3']],
      ['reason', ['change:2']],
    ]);
    expect(new Set(ids(reasons)).size).toBe(2);
    expect(changesOf(reasons)).toHaveLength(3);
  });

  it('show the first of a long queue and say how many more there are, but act on all', () => {
    const groups = outboxGroups(
      Array.from({ length: shownOfGroup + 5 }, (_, index) => change(index + 1)),
      [work],
    );
    const children = groups.flatMap(outboxChildren);
    expect(children).toHaveLength(shownOfGroup + 1);
    expect(children.at(-1)).toMatchObject({ kind: 'more', count: 5 });
    expect(changesOf(groups)).toHaveLength(shownOfGroup + 5);
  });
});

describe('what a command acts on', () => {
  const groups = outboxGroups([change(1, { state: 'failed' }), change(2, { state: 'failed' })], [work]);
  const [first, second] = groups.flatMap(outboxChildren).flatMap(outboxChildren) as [OutboxNode, OutboxNode];

  it('is the node of the menu, or all selected ones where it is among them, each change once', () => {
    expect(nodesGiven(first, [second])).toEqual([first]);
    expect(nodesGiven(first, [first, second, 'nonsense'])).toEqual([first, second]);
    expect(nodesGiven(undefined, undefined)).toBeNull();
    expect(changesOf([...groups, first, second]).map(({ changeId }) => changeId)).toEqual([1, 2]);
  });

  it('can be retried where it was tried, and discarded unless it is on its way', () => {
    const changes = [
      change(1, { state: 'failed', attempts: 1 }),
      change(2),
      change(3, { attempts: 2 }),
      change(4, { state: 'sending', attempts: 1 }),
    ];
    expect(changes.map(isRetryable)).toEqual([true, false, true, false]);
    expect(changes.map(isDiscardable)).toEqual([true, true, true, false]);
  });
});
