import { getEmailDetails } from '../../db/message-lists';
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
      undoableActions(db).map(({ id, createdAt, action, steps }) => {
        const messages = messagesOf(steps);
        const [only] = messages === 1 ? steps : [];
        const subject = only === undefined ? null : (getEmailDetails(db, only.emailId)?.subject ?? null);
        return { undoId: id, createdAt, action, messages, subject };
      }),
  } satisfies Partial<Handlers>;
}
