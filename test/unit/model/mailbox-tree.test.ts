import { describe, expect, it } from 'vitest';
import type { AccountId, MailboxId } from '../../../src/model/ids';
import type { MailboxRole } from '../../../src/model/mailbox';
import { inDisplayOrder, parentsWithoutCycles } from '../../../src/model/mailbox-tree';

const rights = { mayReadItems: true, mayAddItems: true, mayRemoveItems: true, maySetSeen: true, maySetKeywords: true };
function row(id: number, name: string, parent: number | null, role: MailboxRole | null = null, sortOrder = 0) {
  return {
    id: id as MailboxId,
    accountId: 'a' as AccountId,
    name,
    parentId: null,
    role,
    sortOrder,
    isSubscribed: true,
    rights,
    total: 0,
    unread: 0,
    remoteId: `r${id}`,
    parentRemoteId: parent === null ? null : `r${parent}`,
  };
}
const parents = (rows: ReturnType<typeof row>[]) => parentsWithoutCycles(rows).map((box) => box.parentId);

describe('parentsWithoutCycles', () => {
  it('gives our keys for the server ids', () => {
    expect(parents([row(1, 'a', null), row(2, 'b', 1)])).toEqual([null, 1]);
  });
  it('takes a missing parent for none', () => {
    expect(parents([row(1, 'a', 99)])).toEqual([null]);
  });
  it('cuts cycles, and loses nobody', () => {
    const rows = [row(1, 'a', 3), row(2, 'b', 1), row(3, 'c', 2), row(4, 'd', 2), row(5, 'self', 5)];
    const boxes = parentsWithoutCycles(rows);
    expect(boxes.filter((box) => box.parentId === null)).toHaveLength(2);
    expect(inDisplayOrder(boxes, ['a' as AccountId])).toHaveLength(5);
  });
});

describe('inDisplayOrder', () => {
  it('puts roles first, then sort order, then names with numbers as numbers; children below their parent', () => {
    const rows = [
      row(1, 'Box 10', null),
      row(2, 'Box 9', null),
      row(3, 'Trash', null, 'trash'),
      row(4, 'Inbox', null, 'inbox'),
    ];
    const boxes = parentsWithoutCycles([...rows, row(5, 'child', 2), row(6, 'first', null, null, -1)]);
    const names = inDisplayOrder(boxes, ['a' as AccountId]).map((box) => box.name);
    expect(names).toEqual(['Inbox', 'Trash', 'first', 'Box 9', 'child', 'Box 10']);
  });
  it('orders ten thousand nested ones without running out of stack', () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => row(i + 1, `n${i}`, i === 0 ? null : i));
    expect(inDisplayOrder(parentsWithoutCycles(rows), ['a' as AccountId])).toHaveLength(10_000);
  });
});
