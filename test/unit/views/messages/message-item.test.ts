import { describe, expect, it } from 'vitest';
import type { MessageRow } from '../../../../src/model/email';
import type { MailboxRole } from '../../../../src/model/mailbox';
import { messageItem } from '../../../../src/views/messages/message-item';
import { english, row } from '../support/samples';

const now = new Date(2025, 2, 14, 9, 30).getTime();
const received = new Date(2025, 2, 14, 7, 5).getTime();

function item(changes: Partial<MessageRow>, options: { folded?: boolean; role?: MailboxRole | null } = {}) {
  const shown = row(1, { receivedAt: received, ...changes });
  return messageItem(shown, { folded: true, role: 'inbox', now, language: english, ...options });
}

describe('a row of the list', () => {
  it('shows sender, subject and date', () => {
    expect(item({ subject: 'Lunch?' })).toMatchObject({ label: 'Ann Example', description: 'Lunch? · 07:05' });
  });

  it.each(['sent', 'drafts'] as const)('shows to whom in %s', (role) => {
    expect(item({}, { role }).label).toBe('To: bob@mail.example');
    expect(item({ to: [] }, { role }).label).toBe('To: (no recipient)');
  });

  it('stands out while anything in its thread is unread', () => {
    expect(item({ unread: 0, keywords: [] }).icon.id).not.toBe('circle-filled');
    expect(item({ unread: 1 }).icon.id).toBe('circle-filled');
    expect(item({ unread: 3, keywords: [] }, { folded: false }).icon.id).toBe('circle-filled');
    expect(item({ unread: 3, keywords: ['$seen'] }, { folded: false }).icon.id).toBe('mail-read');
  });

  it('counts the messages of a thread, and unfolds only where there are several', () => {
    expect(item({ count: 12 })).toMatchObject({ label: 'Ann Example (12)', expandable: true });
    expect(item({ count: 1 }).expandable).toBe(false);
    expect(item({ count: 12 }, { folded: false }).expandable).toBe(false);
  });

  it.each<[string, Partial<MessageRow>, string]>([
    ['failed, before all else', { pending: 'failed', flagged: 1, unread: 1 }, 'error'],
    ['not yet on the server', { pending: 'pending', flagged: 1, unread: 1 }, 'cloud-upload'],
    ['flagged', { flagged: 1, unread: 1 }, 'star-full'],
    ['unread', { unread: 1, keywords: ['$answered'] }, 'circle-filled'],
    ['a draft', { keywords: ['$draft'] }, 'edit'],
    ['answered', { keywords: ['$answered', '$seen'], hasAttachment: true }, 'reply'],
    ['forwarded', { keywords: ['$forwarded', '$seen'] }, 'arrow-right'],
    ['with an attachment', { hasAttachment: true }, 'attach'],
    ['read', {}, 'mail-read'],
  ])('has an icon of its own when %s', (_what, changes, icon) => {
    expect(item(changes).icon.id).toBe(icon);
  });

  it('shows unread, flag and attachment by a sign where the icon says something stronger', () => {
    expect(item({ hasAttachment: true, unread: 1 }).description).toBe('📎\ufe0e Subject 1 · 07:05');
    expect(item({ flagged: 1, unread: 1 }).description).toBe('● Subject 1 · 07:05');
    expect(item({ flagged: 1, pending: 'pending' }).description).toBe('★ Subject 1 · 07:05');
    expect(item({ hasAttachment: true }).description).toBe('Subject 1 · 07:05');
  });

  it('tells a screen reader everything', () => {
    const all = item({
      keywords: ['$answered', '$draft', '$flagged', '$forwarded'],
      pending: 'failed',
      hasAttachment: true,
      count: 3,
      unread: 2,
      flagged: 1,
      subject: 'Plan',
    });
    expect(all.accessibleName).toMatch(
      /^change failed, 2 unread, flagged, draft, answered, forwarded, has attachment, thread of 3 messages, Ann Example, Plan, Friday/,
    );
    expect(item({}).accessibleName).toMatch(/^Ann Example, Subject 1, Friday/);
    expect(item({ pending: 'pending', unread: 1 }).accessibleName).toMatch(/^not yet on the server, unread, /);
  });

  it('tells menus what can be done', () => {
    expect(item({}).contextValue).toBe('message read unflagged single');
    expect(item({ unread: 1, flagged: 1, count: 2, pending: 'failed' }).contextValue).toBe(
      'message unread flagged thread failed',
    );
  });

  it('is readable whatever the mail says', () => {
    const hostile = item({
      from: [{ name: '\u202e\u0000', email: '' }],
      subject: `\r\n${'x'.repeat(10 << 20)}`,
      receivedAt: NaN,
    });
    expect(hostile.label).toBe('(no sender)');
    expect(hostile.description.length).toBeLessThan(300);
    expect(hostile.description.endsWith('… · unknown date')).toBe(true);
    expect(item({ from: [], subject: '' })).toMatchObject({
      label: '(no sender)',
      description: '(no subject) · 07:05',
    });
  });

  it('keeps a right-to-left subject from turning around the date', () => {
    expect(item({ subject: 'שלום' }).description).toBe('\u2068שלום\u2069 · 07:05');
  });
});
