import { describe, expect, it } from 'vitest';
import type { OutboxItem } from '../../../../src/model/outbox-item';
import type { EmailIntent } from '../../../../src/model/pending-change';
import {
  describeAttempts,
  describeIntent,
  describeState,
  mailboxNames,
  subjectLabel,
  whyNoMessage,
} from '../../../../src/views/outbox/describe-change';
import { asMailboxId, english, mailbox } from '../support/samples';
import { change } from './changes';

const { l10n } = english;
const mailboxes = new Map(
  [
    mailbox(1, { role: 'inbox', name: 'INBOX' }),
    mailbox(2, { role: 'archive', name: 'All-2020' }),
    mailbox(3, { role: 'trash', name: 'Bin' }),
    mailbox(4, { role: 'junk', name: 'Spam' }),
    mailbox(5, { name: 'Projects' }),
  ].map((box) => [box.id, box]),
);
const inbox = asMailboxId(1);
const archive = asMailboxId(2);
const trash = asMailboxId(3);
const junk = asMailboxId(4);
const projects = asMailboxId(5);
const gone = asMailboxId(6);

describe('S30: what a change wants, in a person’s words', () => {
  it.each<[EmailIntent, string]>([
    [{ type: 'keywords', add: ['$seen'], remove: [] }, 'Mark as read'],
    [{ type: 'keywords', add: [], remove: ['$seen', '$flagged'] }, 'Mark as unread, Remove flag'],
    [{ type: 'keywords', add: ['$junk'], remove: [] }, 'Mark as junk'],
    [{ type: 'keywords', add: ['todo'], remove: [] }, 'Set keyword todo'],
    [{ type: 'mailboxes', add: [archive], remove: [inbox] }, 'Archive'],
    [{ type: 'mailboxes', add: [trash], remove: [inbox, projects] }, 'Delete'],
    [{ type: 'mailboxes', add: [junk], remove: [inbox] }, 'Move to Junk'],
    [{ type: 'mailboxes', add: [projects], remove: [inbox] }, 'Move to Projects'],
    [{ type: 'mailboxes', add: [gone], remove: [inbox] }, 'Move to a mailbox that is gone'],
    [{ type: 'mailboxes', add: [inbox, projects], remove: [archive] }, 'Move to Inbox, Projects'],
    [{ type: 'mailboxes', add: [projects], remove: [] }, 'Add to Projects'],
    [{ type: 'mailboxes', add: [], remove: [projects] }, 'Remove from Projects'],
    [{ type: 'destroy' }, 'Delete for good'],
  ])('%j is "%s"', (intent, text) =>
    expect(describeIntent(intent, (id) => mailboxes.get(id) ?? null, l10n)).toBe(text),
  );

  it('names mailboxes as the tree does', () => {
    const nameOf = mailboxNames(() => mailboxes, l10n);
    expect([archive, projects, gone].map(nameOf)).toEqual(['Archive', 'Projects', 'a mailbox that is gone']);
  });
});

describe('S30: how it stands with a change', () => {
  it.each<[OutboxItem, string]>([
    [change(1, { state: 'failed', lastError: 'Over quota' }), 'Over quota'],
    [change(1, { state: 'failed' }), 'The server refused this change.'],
    [change(1, { state: 'sending' }), 'On its way to the server'],
    [change(1), 'Waits for the connection'],
    [change(1, { attempts: 2, lastError: '503' }), 'Will be tried again. 503'],
    [change(1, { attempts: 3 }), 'Will be tried again.'],
  ])('%# says so', (item, text) => expect(describeState(item, l10n)).toBe(text));

  it('counts attempts', () => {
    expect([0, 1, 1200].map((attempts) => describeAttempts(attempts, english))).toEqual([
      '',
      'Tried once',
      'Tried 1,200 times',
    ]);
  });
});

describe('a subject', () => {
  it('draws no icon, makes no link that runs a command, and breaks no line', () => {
    expect(subjectLabel('$(error) a\nb', l10n)).toBe('$\u200b(error) a b');
    expect(subjectLabel('[Verify](command:workbench.action.quit)', l10n)).toBe(
      '[Verify]\u200b(command:workbench.action.quit)',
    );
    expect(subjectLabel('  ', l10n)).toBe('(no subject)');
  });
});

describe('a change that was saved from another database', () => {
  const saved = (part: Partial<OutboxItem>): string => whyNoMessage(change(1, { emailId: null, ...part }), l10n);

  it('says why its message cannot be shown: it is not here yet, or will not come', () => {
    expect(saved({ state: 'queued' })).toMatch(/not here yet.* waits until its message is fetched again\.$/);
    const lastError = 'The damaged database no longer tells which message this change was made to.';
    expect(saved({ state: 'failed', lastError })).toBe(
      `The message of this change is not here, so it cannot be shown: ${lastError}`,
    );
  });
});
