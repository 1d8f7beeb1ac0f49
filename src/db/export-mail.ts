import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { partPrefix } from '../model/export-part';
import type { Database } from './database';
import { DatabaseError } from './database-error';
import { syncDirectoryOf } from './vfs/open-files';
import { syncLargeFile } from './whole-file';

/** No export may take the place of what is in use. */
const ownName = /^((mail|bodies)\.db(-|\.|$)|accounts\.json)/;

/** What other engines began to write is left over: they are gone, or may not write any more. */
const engineMark = randomBytes(6).toString('hex');
const partMark = /^[0-9a-f]{24}(-journal)?$/;

/**
 * Writes mail.db as one packed file without a log: accounts, mailboxes, messages, checkpoints and the queue; no secret was
 * ever in it, and what bodies.db holds can be fetched again. It is written under a name of its own and renamed when it is
 * whole and on the disk, so that under the chosen name there is never half of it. Returns its size in bytes.
 */
export async function exportMail(mail: Database, file: string): Promise<number> {
  if (!isAbsolute(file) || ownName.test(basename(file))) {
    throw new DatabaseError('foreign', 'The mail database cannot be exported under its own name.');
  }
  const part = partPrefix(file) + engineMark + randomBytes(6).toString('hex');
  try {
    removeLeftOver(file);
    closeSync(openSync(part, 'wx', 0o600));
    mail.copyInto(part);
    await syncLargeFile(part);
    const { size } = statSync(part);
    // The disk may have taken longer than the lock waits: then another engine was asked for the same file.
    mail.askGuard('rename', file);
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

/** Of this name only: of an export that was killed. */
function removeLeftOver(file: string): void {
  const prefix = basename(partPrefix(file));
  for (const name of readdirSync(dirname(file))) {
    const mark = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (partMark.test(mark) && !mark.startsWith(engineMark)) remove(join(dirname(file), name));
  }
}

function removeRest(part: string): void {
  for (const suffix of ['', '-journal']) remove(part + suffix);
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What cannot be removed now is left over for the next export of this name.
  }
}
