import { renameSync, rmSync, statSync } from 'node:fs';
import { basename, isAbsolute } from 'node:path';
import type { Database } from './database';
import { DatabaseError } from './database-error';
import { syncDirectoryOf } from './vfs/open-files';
import { syncFile } from './whole-file';

/** No export may take the place of what is in use. */
const ownName = /^((mail|bodies)\.db(-|\.|$)|accounts\.json)/;

/**
 * Writes mail.db as one packed file without a log: accounts, mailboxes, messages, checkpoints and the queue; no secret was
 * ever in it, and what bodies.db holds can be fetched again. It is written under the name `part` and renamed when it is
 * whole and on the disk, so that under its own name there is never half of it. Returns its size in bytes.
 */
export function exportMail(mail: Database, file: string, part: string): number {
  if (!isAbsolute(file) || ownName.test(basename(file))) {
    throw new DatabaseError('foreign', 'The mail database cannot be exported under its own name.');
  }
  try {
    rmSync(part, { force: true });
    mail.copyInto(part);
    syncFile(part);
    const { size } = statSync(part);
    renameSync(part, file);
    syncDirectoryOf(file);
    return size;
  } catch (error) {
    removeRest(part);
    if (error instanceof DatabaseError)
      throw new DatabaseError(error.reason, error.message.replaceAll(part, file), error);
    throw new DatabaseError('io', `The file ${file} could not be written.`, error);
  }
}

function removeRest(part: string): void {
  for (const suffix of ['', '-journal']) {
    try {
      rmSync(part + suffix, { force: true });
    } catch {
      // What could not be written cannot be removed either; the next export of this name begins with that.
    }
  }
}
