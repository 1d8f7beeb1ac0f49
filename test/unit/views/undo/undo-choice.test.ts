import { describe, expect, it } from 'vitest';
import type { Action } from '../../../../src/model/action';
import { offerPlace } from '../../../../src/views/undo/undo-choice';
import { asMailboxId } from '../support/samples';

const read: Action = { type: 'keyword', keyword: '$seen', on: true };

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
