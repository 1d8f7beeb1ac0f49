import { describe, expect, it } from 'vitest';
import type { EmailAddress, EmailDetails, MessageRow, RefusedChange } from '../../../src/model/email';
import type { ChangeId, EmailId, MailboxId, ThreadId } from '../../../src/model/ids';
import { attachmentView, cleanLine, messageView, personView } from '../../../src/views/reader/message-view';
import { asMailboxId, english, mailbox } from '../views/support/samples';

const l10n = { t: (message: string) => message };
const ana: EmailAddress = { name: 'Ana', email: 'ana@example.org' };
const details: EmailDetails = {
  emailId: 7 as EmailId,
  threadId: 1 as ThreadId,
  accountId: 'a',
  mailboxIds: [1 as MailboxId],
  addresses: { from: [ana], sender: [ana], replyTo: [ana], to: [], cc: [], bcc: [] },
  subject: 'Hello',
  sentAt: 1,
  receivedAt: 2,
  size: 3,
  preview: '',
  messageId: [],
  keywords: ['$flagged', 'release', '$x-internal'],
  hasAttachment: false,
  pending: 'none',
  refused: [],
};
const row = (emailId: number, keywords: string[] = []) =>
  ({
    emailId,
    threadId: 1,
    from: [ana],
    preview: 'p',
    receivedAt: emailId,
    keywords,
    pending: 'none',
  }) as unknown as MessageRow;

describe('cleanLine', () => {
  it('takes out what is not seen but changes what is seen', () => {
    expect(cleanLine('invoice\u202Efdp.exe', 100)).toBe('invoicefdp.exe');
    expect(cleanLine('a\r\nBcc: x\u0000\u2028y', 100)).toBe('a Bcc: x y');
    expect(cleanLine('b\u200Ba\u2060n\uFEFFk\u{E0041}', 100)).toBe('bank');
  });

  it('leaves joiners, which emoji and Persian need', () => {
    expect(cleanLine('👩‍💻 می‌خواهم', 100)).toBe('👩‍💻 می‌خواهم');
  });

  it('cuts a subject of 10 MB without reading all of it', () => {
    expect(cleanLine('x'.repeat(10_000_000), 2000)).toHaveLength(2000);
  });
});

describe('personView: the name never hides the address', () => {
  it.each([
    ['service@bank.example', 'x@evil.example', true],
    ['"service@bank.example" via X', 'x@evil.example', true],
    ['service＠bank.example', 'x@evil.example', true],
    ['Ana Müller', 'ana@example.org', false],
    ['ana@example.org', 'Ana@Example.org', false],
  ])('%j <%s>', (name, email, misleading) => {
    expect(personView({ name, email })).toMatchObject({ address: email, misleading });
  });

  it('decodes an international domain beside it', () => {
    expect(personView({ name: null, email: 'a@xn--mnchen-3ya.de' })).toMatchObject({
      address: 'a@xn--mnchen-3ya.de',
      unicodeDomain: 'münchen.de',
    });
  });

  it('a name that is the address again is not shown twice', () => {
    expect(personView({ name: 'ANA@example.org', email: 'ana@example.org' }).name).toBeNull();
  });
});

describe('messageView', () => {
  it('leaves out Sender and Reply-To where they say nothing new', () => {
    expect(messageView(details, [], [], l10n)).toMatchObject({ sender: [], replyTo: [] });
    const other = {
      ...details,
      addresses: { ...details.addresses, replyTo: [{ name: null, email: 'x@evil.example' }] },
    };
    expect(messageView(other, [], [], l10n).replyTo).toHaveLength(1);
  });

  it('takes the sender where there is no author', () => {
    const view = messageView({ ...details, addresses: { ...details.addresses, from: [] } }, [], [], l10n);
    expect(view.from[0]?.address).toBe('ana@example.org');
    expect(view.sender).toEqual([]);
  });

  it('shows labels of people, not keywords of machines', () => {
    expect(messageView(details, [], [], l10n)).toMatchObject({ labels: ['release'], flagged: true, unread: true });
  });

  it('names a message without a subject', () => {
    expect(messageView({ ...details, subject: ' \u200B ' }, [], [], l10n).subject).toBe('(no subject)');
  });

  it('S30: names what was refused as the Outbox does', () => {
    const mailboxes = [mailbox(1, { role: 'inbox' }), mailbox(2, { role: 'archive' })];
    const refused: readonly RefusedChange[] = [
      {
        changeId: 4 as ChangeId,
        intent: { type: 'mailboxes', add: [asMailboxId(2)], remove: [asMailboxId(1)] },
        reason: 'No.',
      },
      { changeId: 6 as ChangeId, intent: { type: 'mailboxes', add: [asMailboxId(9)], remove: [] }, reason: null },
    ];
    expect(messageView({ ...details, pending: 'failed', refused }, [], mailboxes, english.l10n).refused).toEqual([
      { changeId: 4, what: 'Archive', why: 'No.' },
      { changeId: 6, what: 'Add to a mailbox that is gone', why: 'The server refused this change.' },
    ]);
  });

  it('shows a thread oldest first, and none where the message is alone', () => {
    expect(
      messageView(details, [row(9), row(8, ['$seen'])], [], l10n).thread.map((entry) => [entry.emailId, entry.unread]),
    ).toEqual([
      [8, false],
      [9, true],
    ]);
    expect(messageView(details, [row(7)], [], l10n).thread).toEqual([]);
  });
});

it('an attachment that could run something cannot be opened, whatever its type says', () => {
  const base = { partId: '1', blobId: null, size: 1, cid: null, inline: false };
  expect(attachmentView({ ...base, name: 'invoice.pdf.exe', type: 'application/pdf' })).toMatchObject({
    canOpen: false,
    risky: true,
  });
  expect(attachmentView({ ...base, name: '../../notes.txt', type: 'text/plain' })).toMatchObject({
    canOpen: true,
    risky: false,
    name: '_.._notes.txt',
  });
});
