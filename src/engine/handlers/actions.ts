import { undoableActions } from '../../db/undo-actions';
import { applyAction, messagesOf } from '../apply-action';
import type { EngineContext, Handlers } from '../engine-context';
import { undoAction } from '../undo';

/** Committed before they answer (S2); the sending starts at once. */
export function actionHandlers({ db, sync }: EngineContext) {
  return {
    'actions/apply': ({ action, targets, remember = true, requestId }) => {
      const options = { now: Date.now(), remember, requestId };
      const { changed, undoId, accounts } = applyAction(db, action, targets, options);
      sync.wakeOutbox(accounts);
      return { changed, undoId };
    },

    'actions/undo': ({ undoId, requestId }) => {
      const { undone, accounts } = undoAction(db, undoId, { now: Date.now(), requestId });
      sync.wakeOutbox(accounts);
      return undone;
    },

    'actions/history': () =>
      undoableActions(db).map(({ id, createdAt, action, steps }) => ({
        undoId: id,
        createdAt,
        action,
        messages: messagesOf(steps),
      })),
  } satisfies Partial<Handlers>;
}
