import { describe, expect, it } from 'vitest';
import type { OutboxItem } from '../../../../src/engine/api';
import type { AccountId, ChangeId, EmailId, MailboxId } from '../../../../src/model/ids';
import type { EmailIntent } from '../../../../src/model/pending-change';
import { describeIntent, describeState, subjectLabel } from '../../../../src/views/problems/describe-change';

const l10n = {
  t: (message: string, ...args: unknown[]) => message.replace(/\{(\d)\}/g, (_, index: string) => String(args[+index])),
};
const nameOf = (id: MailboxId) => ({ 1: 'Inbox', 2: 'Archive' })[id as number] ?? '?';
const [inbox, archive] = [1 as MailboxId, 2 as MailboxId];

describe('describeIntent', () => {
  it.each<[EmailIntent, string]>([
    [{ type: 'keywords', add: ['$seen'], remove: [] }, 'Mark as read'],
    [{ type: 'keywords', add: [], remove: ['$seen', '$flagged'] }, 'Mark as unread, Remove flag'],
    [{ type: 'keywords', add: ['todo'], remove: [] }, 'Set keyword todo'],
    [{ type: 'mailboxes', add: [archive], remove: [inbox] }, 'Move from Inbox to Archive'],
    [{ type: 'mailboxes', add: [archive], remove: [] }, 'Add to Archive'],
    [{ type: 'mailboxes', add: [], remove: [inbox] }, 'Remove from Inbox'],
    [{ type: 'destroy' }, 'Delete for good'],
  ])('%j is "%s"', (intent, text) => expect(describeIntent(intent, nameOf, l10n)).toBe(text));
});

describe('describeState', () => {
  const item = (part: Partial<OutboxItem>): OutboxItem => ({
    changeId: 1 as ChangeId,
    accountId: 'a' as AccountId,
    emailId: 1 as EmailId,
    subject: 'Hello',
    intent: { type: 'destroy' },
    state: 'queued',
    createdAt: 0,
    attempts: 0,
    lastError: null,
    ...part,
  });

  it.each([
    [item({ state: 'failed', lastError: 'Over quota' }), 'Over quota'],
    [item({ state: 'failed' }), 'The server refused this change.'],
    [item({ state: 'sending' }), 'On its way to the server'],
    [item({}), 'Waits for the connection'],
    [item({ attempts: 1, lastError: '503' }), 'Will be tried again. 503'],
    [item({ attempts: 3 }), 'Will be tried again after 3 attempts.'],
  ])('%# says how it stands', (change, text) => expect(describeState(change, l10n)).toBe(text));
});

describe('subjectLabel', () => {
  it('keeps a subject from drawing icons or breaking the line', () => {
    expect(subjectLabel('$(error) a\nb', l10n)).toBe('$\u200b(error) a b');
    expect(subjectLabel('  ', l10n)).toBe('(no subject)');
  });
});
