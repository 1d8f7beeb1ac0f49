import { describe, expect, it } from 'vitest';
import { intentsFor } from '../../../src/model/action-intents';
import type { MailboxId } from '../../../src/model/ids';
import type { MailboxRole } from '../../../src/model/mailbox';

const box = (id: number): MailboxId => id as MailboxId;
const [inbox, archive, junk, trash, label] = [1, 2, 3, 4, 5].map(box) as [
  MailboxId,
  MailboxId,
  MailboxId,
  MailboxId,
  MailboxId,
];
const roles = { inbox, archive, junk, trash };
const mailboxOf = (role: keyof typeof roles): MailboxId => roles[role];
const shownIn = (mailboxes: [MailboxId, MailboxRole | null][], keywords: string[] = []) => ({
  keywords,
  mailboxes: new Map(mailboxes),
});

describe('intentsFor', () => {
  it('changes nothing where it is so already', () => {
    const email = shownIn([[archive, 'archive']], ['$seen']);
    expect(intentsFor({ type: 'keyword', keyword: '$Seen', on: true }, email, null, mailboxOf)).toEqual([]);
    expect(intentsFor({ type: 'archive' }, email, archive, mailboxOf)).toEqual([]);
  });

  it('archives out of the mailbox that it is seen in, and leaves the others', () => {
    const email = shownIn([
      [inbox, 'inbox'],
      [label, null],
    ]);
    expect(intentsFor({ type: 'archive' }, email, inbox, mailboxOf)).toEqual([
      { type: 'mailboxes', add: [archive], remove: [inbox] },
    ]);
  });

  it('marks as junk and moves in one action, out of every mailbox', () => {
    const email = shownIn(
      [
        [inbox, 'inbox'],
        [label, null],
      ],
      ['$notjunk'],
    );
    expect(intentsFor({ type: 'junk' }, email, inbox, mailboxOf)).toEqual([
      { type: 'keywords', add: ['$junk'], remove: ['$notjunk'] },
      { type: 'mailboxes', add: [junk], remove: [inbox, label] },
    ]);
  });

  it('deletes to Trash, and from Trash and Junk for good', () => {
    expect(
      intentsFor(
        { type: 'delete' },
        shownIn([
          [inbox, 'inbox'],
          [label, null],
        ]),
        label,
        mailboxOf,
      ),
    ).toEqual([{ type: 'mailboxes', add: [trash], remove: [inbox, label] }]);
    expect(intentsFor({ type: 'delete' }, shownIn([[trash, 'trash']]), trash, mailboxOf)).toEqual([
      { type: 'destroy', from: [trash] },
    ]);
    expect(intentsFor({ type: 'delete' }, shownIn([[junk, 'junk']]), null, mailboxOf)).toEqual([
      { type: 'destroy', from: [junk] },
    ]);
  });

  it.each(['delete', 'destroy'] as const)('S9: does not %s in Trash what stands elsewhere too', (type) => {
    const both = shownIn([
      [trash, 'trash'],
      [label, null],
    ]);
    expect(intentsFor({ type }, both, trash, mailboxOf)).toEqual([{ type: 'mailboxes', add: [], remove: [trash] }]);
  });

  it('S9: destroys only where it is seen, and nothing that was moved out of there', () => {
    expect(intentsFor({ type: 'destroy' }, shownIn([[trash, 'trash']]), trash, mailboxOf)).toEqual([
      { type: 'destroy', from: [trash] },
    ]);
    expect(intentsFor({ type: 'destroy' }, shownIn([[archive, 'archive']]), trash, mailboxOf)).toEqual([]);
  });
});
