import type { HistoryEntry } from '../../engine/api';
import type { Action } from '../../model/action';
import { seen } from '../../model/keywords';

/**
 * Where Undo is offered. A notification for what takes messages out of the list, where nothing is left to act on; the status
 * bar for what was done to several at once; nowhere for one flag, which the same key takes back, and for what goes for
 * good, of which the person was just told that it cannot be undone.
 */
export function offerPlace(action: Action, messages: number): 'notification' | 'status-bar' | 'none' {
  switch (action.type) {
    case 'archive':
    case 'junk':
    case 'not-junk':
    case 'delete':
    case 'move':
      return 'notification';
    case 'keyword':
      return messages > 1 ? 'status-bar' : 'none';
    case 'destroy':
      return 'none';
  }
}

/**
 * The reader marks each message as read a moment after it is opened. That is nothing the person did: Undo after archiving
 * must bring the message back, not make the next one unread. `byHand`: what commands of this window did.
 */
export function undoable(history: readonly HistoryEntry[], byHand: ReadonlySet<number>): readonly HistoryEntry[] {
  return history.filter((entry) => byHand.has(entry.undoId) || !isReading(entry));
}

function isReading({ action, messages }: HistoryEntry): boolean {
  return action.type === 'keyword' && action.keyword === seen && action.on && messages === 1;
}
