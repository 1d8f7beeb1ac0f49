import { undoableActions } from '../../db/undo-actions';
import { applyAction } from '../apply-action';
import type { EngineContext, Handlers } from '../engine-context';
import { undoAction } from '../undo';

/** Committed before they answer (S2); the sending starts at once. */
export function actionHandlers({ db, sync }: EngineContext) {
  return {
    'actions/apply': ({ action, targets, remember = true }) => {
      const { changed, undoId, accounts } = applyAction(db, action, targets, { now: Date.now(), remember });
      sync.wakeOutbox(accounts);
      return { changed, undoId };
    },

    'actions/undo': ({ undoId }) => {
      const { undone, accounts } = undoAction(db, undoId, Date.now());
      sync.wakeOutbox(accounts);
      return undone;
    },

    'actions/history': () =>
      undoableActions(db).map(({ id, createdAt, action, steps }) => ({
        undoId: id,
        createdAt,
        action,
        messages: new Set(steps.map((step) => step.emailId)).size,
      })),
  } satisfies Partial<Handlers>;
}
