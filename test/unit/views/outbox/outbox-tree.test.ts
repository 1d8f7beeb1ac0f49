import { describe, expect, it } from 'vitest';
import type { ChangeId } from '../../../../src/model/ids';
import {
  changesMeant,
  firstChange,
  isDiscardable,
  isRetryable,
  nodesGiven,
  outboxChildren,
  outboxNodes,
  type FailedOf,
  type OutboxNode,
} from '../../../../src/views/outbox/outbox-tree';
import { asAccountId } from '../support/samples';
import { change, groupOf } from './changes';

const work = asAccountId('work');
const home = asAccountId('home');
const ids = (nodes: readonly OutboxNode[]) => nodes.map(({ id }) => id);
const failed = (id: number, lastError = 'No.') => change(id, { state: 'failed', lastError });

describe('S30: the groups of the view', () => {
  it('are what failed, then what waits, without empty ones', () => {
    const waiting = groupOf([change(1, { state: 'sending' }), change(3)]);
    const nodes = outboxNodes({ groups: [waiting, groupOf([failed(2)])], left: 0 }, [work]);
    expect(nodes.map((node) => [node.id, ids(outboxChildren(node))])).toEqual([
      ['failed:', ['failed::work:No.']],
      ['waiting:', ['change:1', 'change:3']],
    ]);
    expect(ids(outboxNodes({ groups: [waiting], left: 0 }, [work]))).toEqual(['waiting:']);
    expect(outboxNodes({ groups: [], left: 0 }, [work])).toEqual([]);
  });

  it('are by account where there are several, and miss no change of an account that is not known yet', () => {
    const groups = [
      groupOf([change(2)]),
      groupOf([change(3, { accountId: asAccountId('new') })]),
      groupOf([change(4, { accountId: home })]),
      groupOf([change(1, { accountId: home, state: 'failed' })]),
    ];
    expect(ids(outboxNodes({ groups, left: 0 }, [work, home]))).toEqual([
      'failed:home',
      'waiting:work',
      'waiting:home',
      'waiting:new',
    ]);
  });

  it('put what failed below its reason, once for each, in the order of the queue', () => {
    const full = 'The mailbox is full.';
    const groups = [groupOf([failed(1, full), failed(3, full)]), groupOf([failed(2)])];
    const reasons = outboxNodes({ groups, left: 0 }, [work]).flatMap(outboxChildren);
    expect(reasons.map((reason) => [reason.kind, ids(outboxChildren(reason))])).toEqual([
      ['reason', ['change:1', 'change:3']],
      ['reason', ['change:2']],
    ]);
    expect(new Set(ids(reasons)).size).toBe(2);
  });

  it('say how many more there are than the first ones', () => {
    const groups = [groupOf([change(1), change(2)], 9998), groupOf([failed(3)], 4)];
    const nodes = outboxNodes({ groups, left: 7 }, [work]);
    expect(nodes).toMatchObject([{ id: 'failed:' }, { kind: 'more', count: 7 }, { id: 'waiting:' }]);
    const below = nodes.flatMap(outboxChildren).flatMap((node) => [node, ...outboxChildren(node)]);
    expect(ids(below)).toEqual([
      'failed::work:No.',
      'change:3',
      'more:failed::work:No.',
      'change:1',
      'change:2',
      'more:waiting:',
    ]);
    expect(below.flatMap((node) => (node.kind === 'more' ? [node.count] : []))).toEqual([4, 9998]);
  });
});

describe('what a command acts on', () => {
  const outbox = { groups: [groupOf([failed(1), failed(2)], 3), groupOf([change(6)])], left: 0 };
  const [all, waiting] = outboxNodes(outbox, [work]) as [OutboxNode, OutboxNode];
  const [reason] = outboxChildren(all) as [OutboxNode];
  const [first, second] = outboxChildren(reason) as [OutboxNode, OutboxNode];

  it('is the node of the menu, or all selected ones where it is among them', () => {
    expect(nodesGiven(first, [second])).toEqual([first]);
    expect(nodesGiven(first, [first, second, 'nonsense'])).toEqual([first, second]);
    expect(nodesGiven(undefined, undefined)).toBeNull();
    const chosen = [[second, first], [all], [waiting], []].map((nodes) => firstChange(nodes)?.changeId);
    expect(chosen).toEqual([2, 1, 6, undefined]);
  });

  it('is each change once, and of a group also what the view does not show', async () => {
    const asked: FailedOf[] = [];
    const meant = (...nodes: OutboxNode[]) =>
      changesMeant(nodes, isDiscardable, (of) => {
        asked.push(of);
        return Promise.resolve([1, 2, 3, 4, 5] as ChangeId[]);
      });
    expect(await meant(first, second, first)).toEqual([1, 2]);
    expect(asked).toEqual([]);
    expect(await meant(second, reason)).toEqual([2, 1, 3, 4, 5]);
    expect(await meant(all)).toEqual([1, 2, 3, 4, 5]);
    expect(asked).toEqual([
      { accountId: 'work', reason: 'No.' },
      { accountId: null, reason: null },
    ]);
    expect(await meant(waiting)).toEqual([]);
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
