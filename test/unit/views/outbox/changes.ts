import type { OutboxItem } from '../../../../src/engine/api';
import type { ChangeId } from '../../../../src/model/ids';
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
