import type { ChangeId } from '../../../../src/model/ids';
import type { OutboxGroup, OutboxItem } from '../../../../src/model/outbox-item';
import { asAccountId, asEmailId } from '../support/samples';

/** A change that waits; it concerns the message of the same number. */
export function change(id: number, part: Partial<OutboxItem> = {}): OutboxItem {
  return {
    changeId: id as ChangeId,
    accountId: asAccountId('work'),
    emailId: asEmailId(id),
    subject: `Subject ${id}`,
    intent: { type: 'destroy' },
    state: 'queued',
    createdAt: 0,
    attempts: 0,
    lastError: null,
    ...part,
  };
}

/** Changes of one kind, as the engine would group them; `more` are there and not shown. */
export function groupOf(changes: readonly OutboxItem[], more = 0): OutboxGroup {
  const [{ accountId, state, lastError } = change(1)] = changes;
  const isFailed = state === 'failed';
  return {
    accountId,
    state: isFailed ? 'failed' : 'waiting',
    reason: isFailed ? (lastError ?? '') : '',
    count: changes.length + more,
    changes,
  };
}
