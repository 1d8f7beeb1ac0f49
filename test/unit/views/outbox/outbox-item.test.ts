import { describe, expect, it } from 'vitest';
import type { OutboxItem } from '../../../../src/model/outbox-item';
import { outboxRow, outboxSummary, outboxTitle } from '../../../../src/views/outbox/outbox-item';
import { outboxNodes, type OutboxNode } from '../../../../src/views/outbox/outbox-tree';
import { account, asAccountId, asMailboxId, directoryState, english, mailbox, overview } from '../support/samples';
import { change, groupOf } from './changes';

const now = new Date(2025, 4, 20, 15, 0).getTime();
const state = directoryState(overview([account('work'), account('home')]), [
  mailbox(1, { role: 'inbox' }),
  mailbox(2, { role: 'archive' }),
]);
const row = (node: OutboxNode) => outboxRow(node, state, now, english);
const archiving = (part: Partial<OutboxItem>) =>
  row({
    kind: 'change',
    id: 'change:1',
    change: change(1, {
      createdAt: now - 60 * 60_000,
      intent: { type: 'mailboxes', add: [asMailboxId(2)], remove: [asMailboxId(1)] },
      ...part,
    }),
  });

describe('S30: a row of the outbox', () => {
  it('says of a failed change what, of which message, why, when and how often', () => {
    const shown = archiving({ state: 'failed', lastError: 'The mailbox is full.', attempts: 3 });
    expect(shown).toMatchObject({
      label: 'Archive',
      description: 'Subject 1 · 14:00',
      icon: { id: 'error', color: 'list.errorForeground' },
      accessibleName: 'Archive, Subject 1, The mailbox is full., 14:00',
      contextValue: 'change retryable discardable',
    });
    expect(shown.tooltip.split('\n')).toEqual([
      'Subject 1',
      'Archive',
      'The mailbox is full.',
      'Tuesday, 20 May 2025 at 14:00 · Tried 3 times',
    ]);
  });

  it('says above failed changes why, and how many', () => {
    const failed = change(1, { state: 'failed', lastError: 'The mailbox is full.' });
    const reasonOf = (...changes: OutboxItem[]) => row({ kind: 'reason', id: 'failed::', part: groupOf(changes) });
    expect(reasonOf(failed)).toMatchObject({ label: 'The mailbox is full.', description: '', icon: null });
    expect(reasonOf(failed, failed)).toMatchObject({ description: '2', accessibleName: 'The mailbox is full., 2' });
    expect(reasonOf(change(1, { state: 'failed' })).label).toBe('The server refused this change.');
  });

  it('leaves room for what stands behind a long subject', () => {
    expect(archiving({ subject: 'word '.repeat(1000) }).description).toMatch(/^.{1,40} · 14:00$/);
  });

  it('says of a waiting change when it was made, and of one that was tried why it waits', () => {
    expect(archiving({})).toMatchObject({ description: 'Subject 1 · 14:00', contextValue: 'change discardable' });
    expect(archiving({ attempts: 1, lastError: 'Busy.' })).toMatchObject({
      description: 'Subject 1 · Will be tried again. Busy.',
      icon: { id: 'warning' },
      contextValue: 'change retryable discardable',
    });
    expect(archiving({ state: 'sending' })).toMatchObject({ icon: { id: 'sync' }, contextValue: 'change' });
  });

  it('counts a group and names its account where there are several', () => {
    const outbox = {
      groups: [
        groupOf([change(2, { accountId: asAccountId('home') })], 1199),
        groupOf([change(1, { state: 'failed' })]),
      ],
      left: 0,
    };
    const rows = outboxNodes(outbox, [...state.accounts.keys()]).map(row);
    expect(rows.map(({ label, description, contextValue }) => [label, description, contextValue])).toEqual([
      ['Failed', '1 · work mail', 'group retryable discardable'],
      ['Waiting', '1,200 · home mail', 'group'],
    ]);
    expect(outboxNodes(outbox, [asAccountId('work')]).map((node) => row(node).description)).toEqual(['1', '1,200']);
  });

  it('is counted beside the title of the view', () => {
    const counts = [
      { failed: 2, pending: 1200 },
      { failed: 0, pending: 1 },
      { failed: 0, pending: 0 },
    ];
    expect(counts.map((overview) => outboxSummary(overview, english))).toEqual([
      '2 failed, 1,200 waiting',
      '1 waiting',
      '',
    ]);
  });

  it('is counted in the title, which is all that a folded view shows', () => {
    expect(outboxTitle({ failed: 2, pending: 1200 }, false, english)).toBe('Outbox and Problems (1,202)');
    expect(outboxTitle({ failed: 2, pending: 1200 }, true, english)).toBe('Outbox and Problems');
    expect(outboxTitle({ failed: 0, pending: 0 }, false, english)).toBe('Outbox and Problems');
  });
});
