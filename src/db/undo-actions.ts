import type { Action } from '../model/action';
import type { ChangeId, EmailId } from '../model/ids';
import type { EmailIntent } from '../model/pending-change';
import type { Row } from './database';
import type { MailDb } from './mail-db';

/** What undoes one change of an action: cancels it as long as it waits, else its inverse (null: there is none). */
export interface UndoStep {
  readonly changeId: ChangeId;
  readonly emailId: EmailId;
  readonly inverse: EmailIntent | null;
}

export interface UndoAction {
  readonly id: number;
  /** ms since 1970. */
  readonly createdAt: number;
  readonly action: Action;
  readonly steps: readonly UndoStep[];
}

/** Actions that can be undone; older ones are forgotten. */
const mostActions = 100;

const columns = 'id, created_at, action, steps';

function toAction(row: Row): UndoAction {
  return {
    id: row[0] as number,
    createdAt: row[1] as number,
    action: JSON.parse(row[2] as string) as Action,
    steps: JSON.parse(row[3] as string) as UndoStep[],
  };
}

/** In the transaction of the action itself. Returns its id. */
export function rememberAction({ mail }: MailDb, action: Action, steps: readonly UndoStep[], now: number): number {
  const id = mail.insert('INSERT INTO undo_actions (created_at, action, steps) VALUES (?, ?, ?)', [
    now,
    JSON.stringify(action),
    JSON.stringify(steps),
  ]);
  mail.run('DELETE FROM undo_actions WHERE id <= ?', [id - mostActions]);
  return id;
}

/** What can still be undone, newest first. */
export function undoableActions({ mail }: MailDb): UndoAction[] {
  return mail.all(`SELECT ${columns} FROM undo_actions WHERE undone = 0 ORDER BY id DESC`, [], toAction);
}

/** One that was not undone yet; null: the newest of them. */
export function undoableAction({ mail }: MailDb, id: number | null): UndoAction | undefined {
  const which = id === null ? '1' : 'id = ?';
  const sql = `SELECT ${columns} FROM undo_actions WHERE undone = 0 AND ${which} ORDER BY id DESC LIMIT 1`;
  return mail.get(sql, id === null ? [] : [id], toAction);
}

export function markUndone({ mail }: MailDb, id: number): void {
  mail.run('UPDATE undo_actions SET undone = 1 WHERE id = ?', [id]);
}
