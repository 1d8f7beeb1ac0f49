import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Connection } from './connection';
import { DatabaseError } from './database-error';
import { isLogDestroyed } from './salvage/log-frames';
import type { SqlJs } from './sqljs';
import type { DiskGuard } from './vfs/mount';
import { syncDirectoryOf } from './vfs/open-files';

export interface FileOptions {
  readonly applicationId: number;
  /** The highest `user_version` this program knows. */
  readonly newestVersion: number;
  readonly guard: DiskGuard | undefined;
}

/** Opens a file that was looked at and found to be ours, or a new one. Throws DatabaseError, see `openDatabase`. */
export function openFile(sqlJs: SqlJs, file: string, options: FileOptions): Connection {
  onDisk(file, () => mkdirSync(dirname(file), { recursive: true }));
  const size = onDisk(file, () => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  if (size > 0) inspect(sqlJs, file, options);
  else create(sqlJs, file, options);

  const connection = new Connection(sqlJs, sqlJs.vfs.mount(file, { readOnly: false, guard: options.guard }));
  try {
    configure(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Looks at a file without changing a byte of it or beside it, and throws if it is not ours, too new or damaged. The
 * log is read as well, since the newest pages may be there only.
 */
function inspect(sqlJs: SqlJs, file: string, options: FileOptions): void {
  const header = onDisk(file, () => readHeader(file));
  if (!isDatabase(header)) throw new DatabaseError('damaged', `The file ${file} is not a database, or is damaged.`);
  if (applicationIdOf(header) !== options.applicationId) {
    throw new DatabaseError('foreign', `The file ${file} belongs to another application.`);
  }
  if (onDisk(file, () => isLogDestroyed(`${file}-wal`))) {
    throw new DatabaseError('damaged', `The log of changes beside ${file} is damaged.`);
  }
  const connection = new Connection(sqlJs, sqlJs.vfs.mount(file, { readOnly: true, guard: options.guard }));
  try {
    // Exclusive before the first read: a log can be read without shared memory in this mode only.
    connection.rows('PRAGMA locking_mode = EXCLUSIVE', []);
    const version = Number(connection.rows('PRAGMA user_version', [], 1)[0]?.[0]);
    if (version > options.newestVersion) {
      throw new DatabaseError(
        'newer',
        'The mail database was written by a newer version of Mailpane. Update Mailpane, then reload the window.',
        new Error(`${file} has schema ${version}, this program knows ${options.newestVersion}`),
      );
    }
    readFirstPages(connection);
  } finally {
    connection.close();
  }
}

/** Reads down to the first row of each table, so that gross damage is found before the first write. */
function readFirstPages(connection: Connection): void {
  connection.rows('PRAGMA cell_size_check = ON', []);
  const tables = connection.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0", []);
  for (const [name] of tables) {
    connection.rows(`SELECT * FROM "${String(name).replaceAll('"', '""')}" NOT INDEXED LIMIT 1`, [], 1);
  }
}

/**
 * Creates the file under another name and renames it when it is whole: after a crash there is either no file or a good
 * one. A file of no bytes counts as none, unless a log lies beside it: then something cut it off.
 */
function create(sqlJs: SqlJs, file: string, { applicationId, guard }: FileOptions): void {
  if (existsSync(`${file}-wal`) || existsSync(`${file}-journal`)) {
    throw new DatabaseError('damaged', `The database ${file} is empty, but a log of its changes lies beside it.`);
  }
  const unfinished = `${file}-new`;
  onDisk(file, () => {
    for (const suffix of ['', '-wal', '-journal']) rmSync(unfinished + suffix, { force: true });
  });
  const connection = new Connection(sqlJs, sqlJs.vfs.mount(unfinished, { readOnly: false, guard }));
  try {
    connection.rows(`PRAGMA page_size = ${PAGE_SIZE}`, []);
    connection.rows(`PRAGMA application_id = ${applicationId}`, []);
    configure(connection);
  } finally {
    connection.close();
  }
  onDisk(file, () => {
    renameSync(unfinished, file);
    syncDirectoryOf(file);
  });
}

/**
 * A small change writes each page that it touches, once into the log and later into the file. Half of SQLite's usual
 * page halves that, and holds as many messages a byte and reads lists as fast (measured; a quarter does not).
 */
export const PAGE_SIZE = 2048;

/**
 * The settings of every connection, in this order: exclusive locking before anything is read, since our files have no
 * shared memory for the log. `synchronous = FULL`: an acknowledged action survives a power loss.
 */
export const PRAGMAS = [
  'locking_mode = EXCLUSIVE',
  'journal_mode = WAL',
  'synchronous = FULL',
  'temp_store = MEMORY',
  'cache_size = -16000', // KB
  'wal_autocheckpoint = 4000', // pages: the log is copied into the file every 8 MB
  'journal_size_limit = 16777216', // bytes: what a large transaction leaves of the log
  'foreign_keys = ON',
  'cell_size_check = ON',
] as const;

function configure(connection: Connection): void {
  for (const pragma of PRAGMAS) connection.rows(`PRAGMA ${pragma}`, []);
  const [mode] = connection.rows('PRAGMA journal_mode', [], 1);
  if (mode?.[0] !== 'wal') {
    throw new DatabaseError('unsupported', `The database ${connection.mount.path} cannot use a write-ahead log.`);
  }
}

const HEADER_BYTES = 100;
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

function readHeader(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, readSync(descriptor, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** https://sqlite.org/fileformat.html#the_database_header */
function isDatabase(header: Buffer): boolean {
  return header.length === HEADER_BYTES && header.subarray(0, MAGIC.length).equals(MAGIC);
}

function applicationIdOf(header: Buffer): number {
  return header.readInt32BE(68);
}

function onDisk<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOSPC') throw new DatabaseError('full', `The disk is full: ${file} could not be created.`, error);
    const reason = code === 'EIO' ? 'unreadable' : 'io';
    throw new DatabaseError(reason, `The database ${file} cannot be read or created.`, error);
  }
}
