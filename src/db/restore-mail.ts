import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { readAccountsCopy } from './accounts-copy';
import { carryOver } from './carry-over';
import { DatabaseError } from './database-error';
import { asideName, nextOf, removeNext, swapIn } from './file-swap';
import { replayPending } from './overlay';
import { listChanges } from './pending-changes';
import { deleteProperty, getProperty, setProperty } from './properties';
import { noticeOf, openMailFile, overMailFile, tell, type MailFileOptions } from './rescue';
import { readSaved } from './salvage/read-saved';
import { isIntact } from './suspicion';

const fromBackup = 'From the backup: it may have been sent since. Retry sends it now.';
const requestName = 'restored_by';

/** The request that made this database out of a backup. */
export const restoredBy = ({ mail }: Parameters<typeof listChanges>[0]): string | undefined =>
  getProperty(mail, requestName);

/**
 * Makes a backup ready beside `file`, while that is in use. Refuses with DatabaseError what is no mail database of ours
 * (`foreign`), is newer than this program (`newer`) or not whole (`damaged`). The backup itself is only read.
 *
 * What waited in it was sent long ago, or discarded: sent again it could undo what came after it. So none of it is sent by itself
 * (docs/architecture.md).
 */
export async function prepareRestore(
  file: string,
  backup: string,
  requestId: string,
  options: MailFileOptions,
): Promise<void> {
  const next = nextOf(file);
  removeNext(file);
  try {
    if (!existsSync(backup)) throw new DatabaseError('io', `The file ${backup} is not there.`);
    await copyFile(backup, next);
    if (existsSync(`${backup}-wal`)) await copyFile(`${backup}-wal`, `${next}-wal`);
    const mail = await openMailFile(next, options);
    try {
      if (!isIntact(mail)) throw new DatabaseError('damaged', 'The backup is damaged.');
      const db = overMailFile(mail);
      mail.transaction(() => {
        const waiting = listChanges(db).filter(({ state }) => state !== 'failed');
        mail.run("UPDATE pending_changes SET state = 'failed', last_error = ? WHERE state <> 'failed'", [fromBackup]);
        replayPending(
          db,
          waiting.map(({ emailId }) => emailId),
        );
        mail.run('DELETE FROM undo_actions');
        // Another database may have gone on from the same backup: bodies and their keys are only ours.
        setProperty(mail, 'identity', randomBytes(16).toString('hex'));
        deleteProperty(mail, 'notice');
        setProperty(mail, requestName, requestId);
      });
    } finally {
      mail.close();
    }
  } catch (error) {
    removeNext(file);
    if (error instanceof DatabaseError)
      throw new DatabaseError(error.reason, error.message.replaceAll(next, backup), error);
    throw error instanceof Error && 'code' in error && error.code === 'ENOSPC'
      ? new DatabaseError('full', 'The disk is full: there is no room for the backup.', error)
      : new DatabaseError('io', `The file ${backup} cannot be read.`, error);
  }
}

/**
 * Puts the backup made ready in the place of `file`, which is closed, with what only that has: accounts as they are now,
 * and changes that have not been sent, which go on. The replaced file is kept.
 */
export async function finishRestore(file: string, options: MailFileOptions): Promise<void> {
  const saved = readSaved(file, readAccountsCopy(file), options.guard);
  const aside = asideName(file, 'replaced', new Date());
  const mail = await openMailFile(nextOf(file), options);
  try {
    const db = overMailFile(mail);
    mail.transaction(() => {
      carryOver(db, saved);
      tell(db, noticeOf('restored', aside, saved));
    });
  } finally {
    mail.close();
  }
  await swapIn(file, aside, options.guard);
}
