import type { DatabaseErrorReason } from '../database-error';

/** The result codes of SQLite that our callbacks return or that we tell apart (https://sqlite.org/rescode.html). */
export const RESULT = {
  OK: 0,
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  NOMEM: 7,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  NOTFOUND: 12,
  FULL: 13,
  CANTOPEN: 14,
  CONSTRAINT: 19,
  MISMATCH: 20,
  NOTADB: 26,
  IOERR_READ: 266,
  IOERR_SHORT_READ: 522,
  IOERR_WRITE: 778,
  IOERR_FSYNC: 1034,
  IOERR_TRUNCATE: 1546,
  IOERR_FSTAT: 1802,
  IOERR_DELETE: 2570,
  IOERR_CLOSE: 4106,
  IOERR_DELETE_NOENT: 5898,
} as const;

/** The flags of `xOpen` that we look at (https://sqlite.org/c3ref/c_open_autoproxy.html). */
export const OPEN = { READWRITE: 0x2, CREATE: 0x4, DELETEONCLOSE: 0x8, EXCLUSIVE: 0x10, MAIN_DB: 0x100 } as const;

/** The bit of `xSync` that says: the data only, the file's times may wait. */
export const SYNC_DATAONLY = 0x10;

/** What a failed call of the file system is in SQLite's codes; `otherwise` is the code of the operation itself. */
export function resultOf(error: unknown, otherwise: number): number {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' ? RESULT.FULL : otherwise;
}

/** The reason a person or a caller can act on, for a result code (primary or extended). */
export function reasonOf(result: number): DatabaseErrorReason {
  switch (result & 0xff) {
    case RESULT.CORRUPT:
    case RESULT.NOTADB:
      return 'damaged';
    case RESULT.FULL:
      return 'full';
    case RESULT.PERM:
    case RESULT.NOMEM:
    case RESULT.READONLY:
    case RESULT.IOERR:
    case RESULT.CANTOPEN:
      return 'io';
    case RESULT.BUSY:
    case RESULT.LOCKED:
      return 'locked';
    case RESULT.CONSTRAINT:
    case RESULT.MISMATCH:
      return 'constraint';
    default:
      return 'sql';
  }
}
