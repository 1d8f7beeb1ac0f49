import { describe, expect, it } from 'vitest';
import type { EmailDetails } from '../../../../src/model/email';
import { messageTooltip } from '../../../../src/views/messages/message-tooltip';
import { english, row } from '../support/samples';

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
    problem: null,
    ...changes,
  };
}

describe('messageTooltip', () => {
  it('has subject, from with address, to, date and preview', () => {
    const text = decode(messageTooltip(row(1), details({}), english));
    expect(text).toContain('**Subject 1**');
    expect(text).toContain('From: Ann Example <ann@mail.example>');
    expect(text).toContain('To: bob@mail.example');
    expect(text).toContain('Date: Thursday');
    expect(text).toContain('A preview');
  });

  it('makes do with the row where the message is gone', () => {
    expect(decode(messageTooltip(row(1), null, english))).toContain('From: Ann Example <ann@mail.example>');
  });

  it('names five recipients and counts the rest', () => {
    const to = Array.from({ length: 1000 }, (_, index) => ({ name: `P${index}`, email: '' }));
    const addresses = { from: [], to, cc: [], bcc: [], sender: [], replyTo: [] };
    expect(decode(messageTooltip(row(1), details({ addresses }), english))).toContain(
      'To: P0, P1, P2, P3, P4, 995 more',
    );
  });

  it('lets no text of a mail become Markdown, HTML or a link', () => {
    const evil = '[x](command:workbench.action.quit) <b>**y**</b> `z` https://e.example $(alert)\n\n# h';
    const from = [{ name: evil, email: evil }];
    const text = messageTooltip(
      row(1, { from, to: from, subject: evil, preview: evil, pending: 'failed' }),
      null,
      english,
    );
    expect(text).not.toMatch(/[[\]()<>`$/@]/);
    expect(text.replace(/&#\d+;/g, '').match(/\*\*/g)).toHaveLength(4);
  });

  it('says why a change failed', () => {
    const text = messageTooltip(row(1, { pending: 'failed' }), details({ problem: 'Over quota' }), english);
    expect(decode(text)).toContain('A change failed: Over quota');
    expect(decode(messageTooltip(row(1, { pending: 'pending' }), null, english))).toContain('not yet on the server');
  });
});
