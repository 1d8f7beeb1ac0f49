import { describe, expect, it } from 'vitest';
import type { EmailDetails, MessageRow, RefusedChange } from '../../../../src/model/email';
import { messageTooltip } from '../../../../src/views/messages/message-tooltip';
import type { ChangeId } from '../../../../src/model/ids';
import { asMailboxId, english, mailbox, row } from '../support/samples';

const decode = (markdown: string): string =>
  markdown.replace(/&#(\d+);/g, (_reference, code: string) => String.fromCharCode(Number(code)));

function details(changes: Partial<EmailDetails>): EmailDetails {
  const { emailId, threadId, mailboxId, from, to, subject, preview, receivedAt } = row(1);
  return {
    emailId,
    threadId,
    accountId: 'work',
    mailboxIds: [mailboxId],
    addresses: { from, to, cc: [], bcc: [], sender: [], replyTo: [] },
    subject,
    sentAt: null,
    receivedAt,
    size: 1,
    preview,
    messageId: [],
    keywords: [],
    hasAttachment: false,
    pending: 'none',
    refused: [],
    ...changes,
  };
}

const archive = { type: 'mailboxes', add: [asMailboxId(2)], remove: [asMailboxId(1)] } as const;
const mailboxes = [mailbox(1, { role: 'inbox' }), mailbox(2, { role: 'archive' })];
const tooltip = (shown: MessageRow, known: EmailDetails | null): string =>
  messageTooltip(shown, known, (id) => mailboxes.find((box) => box.id === id) ?? null, english);

describe('messageTooltip', () => {
  it('has subject, from with address, to, date and preview', () => {
    const text = decode(tooltip(row(1), details({})));
    expect(text).toContain('**Subject 1**');
    expect(text).toContain('From: Ann Example <ann@mail.example>');
    expect(text).toContain('To: bob@mail.example');
    expect(text).toContain('Date: Thursday');
    expect(text).toContain('A preview');
  });

  it('makes do with the row where the message is gone', () => {
    expect(decode(tooltip(row(1), null))).toContain('From: Ann Example <ann@mail.example>');
  });

  it('names five recipients and counts the rest', () => {
    const to = Array.from({ length: 1000 }, (_, index) => ({ name: `P${index}`, email: '' }));
    const addresses = { from: [], to, cc: [], bcc: [], sender: [], replyTo: [] };
    expect(decode(tooltip(row(1), details({ addresses })))).toContain('To: P0, P1, P2, P3, P4, 995 more');
  });

  it('lets no text of a mail become Markdown, HTML or a link', () => {
    const evil = '[x](command:workbench.action.quit) <b>**y**</b> `z` https://e.example $(alert)\n\n# h';
    const from = [{ name: evil, email: evil }];
    const text = tooltip(row(1, { from, to: from, subject: evil, preview: evil, pending: 'failed' }), null);
    expect(text).not.toMatch(/[[\]()<>`$/@]/);
    expect(text.replace(/&#\d+;/g, '').match(/\*\*/g)).toHaveLength(4);
  });

  it('S30: says which changes failed, and why', () => {
    const refused: readonly RefusedChange[] = [
      { changeId: 1 as ChangeId, intent: archive, reason: 'You may not do this in that mailbox.' },
      { changeId: 2 as ChangeId, intent: { type: 'keywords', add: ['$flagged'], remove: [] }, reason: null },
    ];
    const text = decode(tooltip(row(1, { pending: 'failed' }), details({ refused })));
    expect(text).toContain('**Archive failed: You may not do this in that mailbox.**');
    expect(text).toContain('**Flag failed: The server refused this change.**');
    // It is a change of an older message of the thread.
    expect(decode(tooltip(row(1, { pending: 'failed' }), details({})))).toContain('see Outbox and Problems');
    expect(decode(tooltip(row(1, { pending: 'pending' }), null))).toContain('not yet on the server');
  });
});
