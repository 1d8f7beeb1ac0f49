/**
 * Why the database refused:
 * - `damaged`: the file is not a database, is cut short, or a page of it makes no sense
 * - `unreadable`: the disk does not give a page of the file (a bad block)
 * - `newer`: a later version of the program wrote the file
 * - `foreign`: the file belongs to another application
 * - `locked`: another process (or another connection of this one) owns the file, or our lock on it was lost
 * - `full`: the disk is full; nothing of the action was kept, and the database works again once there is space
 * - `io`: the disk or the file system failed in another way
 * - `constraint`: a row breaks a rule of the schema (unique, foreign key, not null, check, type)
 * - `sql`: the statement or its use is wrong; a mistake of the program
 * - `unsupported`: this build of sql.js cannot be given our files, so nothing would be stored durably
 */
export type DatabaseErrorReason =
  'damaged' | 'unreadable' | 'newer' | 'foreign' | 'locked' | 'full' | 'io' | 'constraint' | 'sql' | 'unsupported';

/** Everything that `src/db` throws. `cause` holds what the file system or SQLite said. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly reason: DatabaseErrorReason;

  constructor(reason: DatabaseErrorReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}
