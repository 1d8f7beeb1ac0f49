import type { Action } from '../../model/action';

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
