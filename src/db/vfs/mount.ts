/** What the database did to the disk, cumulative since it was opened, its write-ahead log included. */
export interface DiskStats {
  readonly reads: number;
  readonly writes: number;
  readonly bytesWritten: number;
  readonly syncs: number;
}

export type DiskOperation = 'open' | 'read' | 'write' | 'truncate' | 'sync' | 'rename' | 'delete';

/**
 * Asked before each operation on the disk; what it throws refuses that operation. The engine passes the check of its
 * lock, so that not a byte is written after the lock is lost; tests pass faults (an error with `code: 'ENOSPC'`).
 */
export type DiskGuard = (operation: DiskOperation, path: string) => void;

/** A real database file as SQLite knows it: under a short virtual name, so that no path is ever too long for SQLite. */
export interface Mount {
  readonly virtualName: string;
  readonly path: string;
  /** Nothing on the disk is touched: a missing log is an empty one, and every write is refused. */
  readOnly: boolean;
  readonly guard: DiskGuard | undefined;
  readonly stats: { -readonly [K in keyof DiskStats]: DiskStats[K] };
  /** Writes to the write-ahead log only: a transaction changed something if, and only if, it made one. */
  logWrites: number;
  /** SQLite did open the file through us. */
  opened: boolean;
  /** Why the last operation failed; SQLite itself reports only a number. */
  lastError: unknown;
  /** It was a read that failed. */
  readFailed: boolean;
}
