import { closeSync, constants, existsSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { OPEN } from './result-codes';
import type { Mount } from './mount';

/** One file that SQLite has open: the database itself or its log. */
export interface OpenFile {
  readonly mount: Mount;
  readonly path: string;
  /** None for a missing file of a read-only mount, which reads as empty. */
  readonly descriptor: number | undefined;
  readonly isLog: boolean;
  readonly deleteOnClose: boolean;
  /** The file is new: its directory entry is not on the disk before the directory is synced as well. */
  entryUnsynced: boolean;
}

/** Opens the file as `flags` of xOpen say; throws what the file system throws. */
export function openFile(mount: Mount, path: string, flags: number): OpenFile {
  mount.guard?.('open', path);
  const exists = existsSync(path);
  const isLog = path === `${mount.path}-wal`;
  const deleteOnClose = (flags & OPEN.DELETEONCLOSE) !== 0;
  if (mount.readOnly) {
    const descriptor = exists ? openSync(path, constants.O_RDONLY) : undefined;
    return { mount, path, descriptor, isLog, deleteOnClose: false, entryUnsynced: false };
  }
  let mode = flags & OPEN.READWRITE ? constants.O_RDWR : constants.O_RDONLY;
  if (flags & OPEN.CREATE) mode |= constants.O_CREAT;
  if (flags & OPEN.EXCLUSIVE) mode |= constants.O_EXCL;
  // Mail is private: only its owner reads it.
  return { mount, path, descriptor: openSync(path, mode, 0o600), isLog, deleteOnClose, entryUnsynced: !exists };
}

/** Makes creating, renaming or deleting `path` durable. Windows has no such call and needs none. */
export function syncDirectoryOf(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(dirname(path), constants.O_RDONLY);
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
