import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../../../src/engine/api';
import type { Action } from '../../../../src/model/action';
import { offerPlace, undoable } from '../../../../src/views/undo/undo-choice';
import { asMailboxId } from '../support/samples';

const read: Action = { type: 'keyword', keyword: '$seen', on: true };
const unread: Action = { type: 'keyword', keyword: '$seen', on: false };

describe('S31: where Undo is offered', () => {
  it.each<[Action, number, ReturnType<typeof offerPlace>]>([
    [{ type: 'archive' }, 1, 'notification'],
    [{ type: 'delete' }, 30, 'notification'],
    [{ type: 'junk' }, 1, 'notification'],
    [{ type: 'not-junk' }, 1, 'notification'],
    [{ type: 'move', to: asMailboxId(2) }, 1, 'notification'],
    [read, 1, 'none'],
    [read, 2, 'status-bar'],
    [{ type: 'destroy' }, 5, 'none'],
  ])('%j of %i: %s', (action, messages, place) => expect(offerPlace(action, messages)).toBe(place));
});

describe('S31: what z undoes', () => {
  const entry = (undoId: number, action: Action, messages = 1): HistoryEntry => ({
    undoId,
    createdAt: 0,
    action,
    messages,
  });
  const ids = (entries: readonly HistoryEntry[]) => entries.map(({ undoId }) => undoId);

  it('is what the person did, not that the reader marked the next message as read', () => {
    const history = [entry(3, read), entry(2, { type: 'archive' }), entry(1, unread)];
    expect(ids(undoable(history, new Set()))).toEqual([2, 1]);
  });

  it('is marking as read too where a command did it, or did it to several', () => {
    const history = [entry(3, read), entry(2, read, 4), entry(1, { type: 'archive' })];
    expect(ids(undoable(history, new Set([3])))).toEqual([3, 2, 1]);
    expect(ids(undoable(history, new Set()))).toEqual([2, 1]);
  });
});
