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

export interface RememberedAction {
  readonly action: Action;
  readonly steps: readonly UndoStep[];
  /** Of the request that asked for it; null: none that may be repeated. */
  readonly requestId: string | null;
}

/** In the transaction of the action itself. Returns its id. */
export function rememberAction({ mail }: MailDb, { action, steps, requestId }: RememberedAction, now: number): number {
  const newest = steps.reduce((highest, { emailId }) => Math.max(highest, emailId), 0);
  const id = mail.insert(
    'INSERT INTO undo_actions (created_at, action, steps, newest_email, request_id) VALUES (?, ?, ?, ?, ?)',
    [now, JSON.stringify(action), JSON.stringify(steps), newest, requestId],
  );
  mail.run('DELETE FROM undo_actions WHERE id <= ?', [id - mostActions]);
  return id;
}

/** What a request did, undone meanwhile or not. */
export function actionOfRequest({ mail }: MailDb, requestId: string): UndoAction | undefined {
  return mail.get(`SELECT ${columns} FROM undo_actions WHERE request_id = ?`, [requestId], toAction);
}

/** Messages of which an action could not be taken back: they are gone for good, or were moved again since. */
export interface LeftOut {
  readonly kept: number;
  readonly moved: number;
}

/** What a request took back. */
export function undoneByRequest(
  { mail }: MailDb,
  requestId: string,
): ({ readonly undone: UndoAction } & LeftOut) | undefined {
  const sql = `SELECT ${columns}, kept, moved FROM undo_actions WHERE undo_request_id = ?`;
  return mail.get(sql, [requestId], (row) => ({
    undone: toAction(row),
    kept: row[4] as number,
    moved: row[5] as number,
  }));
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

/** These changes were discarded, so they were never done: to undo them would take back what somebody else has done since. */
export function forgetChanges(db: MailDb, changeIds: readonly ChangeId[]): void {
  const discarded = new Set(changeIds);
  for (const { id, steps } of undoableActions(db)) {
    const left = steps.filter(({ changeId }) => !discarded.has(changeId));
    if (left.length === 0) markUndone(db, id, { kept: 0, moved: 0, requestId: null });
    else if (left.length < steps.length)
      db.mail.run('UPDATE undo_actions SET steps = ? WHERE id = ?', [JSON.stringify(left), id]);
  }
}

/** A message turned out to be an older one (S3): what was done to it can still be taken back. */
export function renameInActions({ mail }: MailDb, from: EmailId, to: EmailId): void {
  // Mostly none: the message has only just come, and `steps` of a bulk action are long.
  const sql = `SELECT ${columns} FROM undo_actions WHERE newest_email >= ? AND undone = 0`;
  for (const { id, steps } of mail.all(sql, [from], toAction)) {
    if (!steps.some(({ emailId }) => emailId === from)) continue;
    const renamed = steps.map((step) => (step.emailId === from ? { ...step, emailId: to } : step));
    mail.run('UPDATE undo_actions SET steps = ? WHERE id = ?', [JSON.stringify(renamed), id]);
  }
}

/** In the transaction that takes it back. */
export function markUndone(
  { mail }: MailDb,
  id: number,
  { kept, moved, requestId }: LeftOut & { readonly requestId: string | null },
): void {
  const sql = 'UPDATE undo_actions SET undone = 1, kept = ?, moved = ?, undo_request_id = ? WHERE id = ?';
  mail.run(sql, [kept, moved, requestId, id]);
}
