import { describe, expect, it } from 'vitest';
import type { Action } from '../../../../src/model/action';
import { describeDone, describeUndone } from '../../../../src/views/undo/describe-action';
import { asMailboxId, english } from '../support/samples';

const nameOf = () => '[Projects](command:quit) $(bug)';
const move: Action = { type: 'move', to: asMailboxId(5) };

describe('S31: what was done, in a person’s words', () => {
  it.each<[Action, number, string]>([
    [{ type: 'archive' }, 1, 'Archived 1 message'],
    [{ type: 'archive' }, 1200, 'Archived 1,200 messages'],
    [{ type: 'delete' }, 2, 'Deleted 2 messages'],
    [{ type: 'destroy' }, 1, 'Deleted 1 message from Trash or Junk'],
    [{ type: 'junk' }, 1, 'Marked 1 message as junk'],
    [{ type: 'not-junk' }, 3, 'Marked 3 messages as not junk'],
    [{ type: 'keyword', keyword: '$seen', on: true }, 2, 'Marked 2 messages as read'],
    [{ type: 'keyword', keyword: '$seen', on: false }, 1, 'Marked 1 message as unread'],
    [{ type: 'keyword', keyword: '$flagged', on: true }, 1, 'Flagged 1 message'],
    [{ type: 'keyword', keyword: '$flagged', on: false }, 2, 'Removed the flag of 2 messages'],
    [{ type: 'keyword', keyword: 'todo', on: true }, 2, 'Set todo on 2 messages'],
    [{ type: 'keyword', keyword: 'todo', on: false }, 1, 'Removed todo from 1 message'],
  ])('%j of %i is "%s"', (action, messages, text) =>
    expect(describeDone(action, messages, nameOf, english)).toBe(text),
  );

  it('lets a mailbox’s name draw no icon and make no link', () => {
    const name = '[Projects]\u200b(command:quit) $\u200b(bug)';
    expect(describeDone(move, 1, nameOf, english)).toBe(`Moved 1 message to ${name}`);
    expect(describeDone(move, 2, nameOf, english)).toBe(`Moved 2 messages to ${name}`);
  });
});

describe('S31: what was undone', () => {
  it.each([
    [3, 0, 0, 'Undone: Archived 3 messages', true],
    [2, 1, 0, 'Undone for 2 of 3 messages, the others are gone for good: Archived 3 messages.', false],
    [0, 1, 0, 'The message is gone for good, so this cannot be undone: Archived 1 message.', false],
    [0, 2, 0, 'The messages are gone for good, so this cannot be undone: Archived 2 messages.', false],
    [2, 0, 1, 'Undone for 2 of 3 messages, the others were moved again since: Archived 3 messages.', false],
    [1, 1, 1, 'Undone for 1 of 3 messages, the others are gone or were moved again since: Archived 3 messages.', false],
    [0, 0, 1, 'The message was moved again since, so this cannot be undone: Archived 1 message.', false],
    [0, 0, 2, 'The messages were moved again since, so this cannot be undone: Archived 2 messages.', false],
    [
      0,
      1,
      1,
      'The messages are gone for good or were moved again since, so this cannot be undone: Archived 2 messages.',
      false,
    ],
  ])('%i undone, %i kept, %i moved', (messages, kept, moved, text, complete) =>
    expect(describeUndone({ action: { type: 'archive' }, messages, kept, moved }, nameOf, english)).toEqual({
      text,
      complete,
    }),
  );
});
