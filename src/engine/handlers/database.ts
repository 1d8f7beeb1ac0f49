import { randomUUID } from 'node:crypto';
import { DatabaseError } from '../../db/database-error';
import { forgetNotice, getNotice } from '../../db/database-notice';
import { exportMail } from '../../db/export-mail';
import { restoredBy } from '../../db/restore-mail';
import { EngineError } from '../client';
import type { EngineContext, Handlers } from '../engine-context';

/** What is wrong with the file that the person chose is not wrong with the database that is in use. */
function ofChosenFile(error: unknown): unknown {
  if (!(error instanceof DatabaseError) || error.reason === 'full' || error.reason === 'locked') return error;
  return new EngineError('invalid', error.message, error.reason);
}

/** ms that a window has to say that the person was told; another one may be asked meanwhile, and is told nothing. */
export const noticeLease = 10_000;

/** `restore` puts a backup in the place of the mail database; then the engine ends. */
export function databaseHandlers({ db }: EngineContext, restore: (backup: string, requestId: string) => Promise<void>) {
  let lentUntil = 0;
  let underWay: { readonly requestId: string; readonly done: Promise<void> } | null = null;

  /** Each makes its database ready under the same name. */
  const restoreAlone = async (file: string, requestId: string): Promise<void> => {
    if (underWay?.requestId === requestId) {
      await underWay.done; // a window that attached anew asks again
      return;
    }
    if (underWay !== null)
      throw new EngineError('invalid', 'Another backup is being restored. Try again when that is done.');
    underWay = { requestId, done: restore(file, requestId) };
    try {
      await underWay.done;
    } finally {
      underWay = null;
    }
  };

  return {
    'database/notice': () => {
      if (performance.now() < lentUntil) return null;
      lentUntil = performance.now() + noticeLease;
      return getNotice(db);
    },

    'database/noticeTold': () => {
      forgetNotice(db);
      return null;
    },

    'database/export': async ({ file }) => {
      try {
        return await exportMail(db.mail, file);
      } catch (error) {
        throw ofChosenFile(error);
      }
    },

    'database/restore': async ({ file, requestId = randomUUID() }) => {
      if (restoredBy(db) === requestId) return null;
      try {
        await restoreAlone(file, requestId);
      } catch (error) {
        throw ofChosenFile(error);
      }
      return null;
    },
  } satisfies Partial<Handlers>;
}
