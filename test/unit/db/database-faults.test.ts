import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../src/db/database';
import { DatabaseError } from '../../../src/db/database-error';
import type { DiskOperation } from '../../../src/db/vfs/mount';

const MIGRATIONS = [
  { version: 1, name: 'first', sql: 'CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT UNIQUE, data BLOB)' },
];

let directory: string;
let database: Database | undefined;
/** What the disk does next: the operations that fail, and with what. */
let fault: { operations: DiskOperation[]; error: Error } | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mailpane-faults-'));
});

afterEach(() => {
  fault = undefined;
  database?.close();
  rmSync(directory, { recursive: true });
});

async function open(file = join(directory, 'mail.db')): Promise<Database> {
  database?.close();
  database = undefined;
  return (database = await openDatabase(file, {
    applicationId: 1,
    migrations: MIGRATIONS,
    guard: (operation) => {
      if (fault?.operations.includes(operation)) throw fault.error;
    },
  }));
}

function breakDisk(code: string, ...operations: DiskOperation[]): void {
  fault = { operations, error: Object.assign(new Error(`${code}: on cue`), { code }) };
}

function errorOf(work: () => unknown): DatabaseError {
  try {
    work();
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const add = (db: Database, text: string, bytes = 10): number =>
  db.insert('INSERT INTO note (text, data) VALUES (?, ?)', [text, new Uint8Array(bytes)]);
const texts = (db: Database): unknown[] => db.all('SELECT text FROM note ORDER BY id', [], ([text]) => text);
const integrity = (db: Database): unknown => db.get('PRAGMA integrity_check', [], ([result]) => result);

describe('a disk that fails', () => {
  it.each([
    ['ENOSPC', 'write', 'full'],
    ['EDQUOT', 'write', 'full'],
    ['EIO', 'write', 'io'],
    ['EIO', 'sync', 'io'],
    ['ENOSPC', 'sync', 'full'],
  ] as const)(
    '%s at a %s fails the action as %s, keeps the rest, and is over when the disk works',
    async (code, operation, reason) => {
      const db = await open();
      add(db, 'before');
      breakDisk(code, operation);
      const failed = errorOf(() => db.transaction(() => add(db, 'lost')));
      expect(failed.reason).toBe(reason);
      expect(failed.message).toContain(join(directory, 'mail.db'));
      expect(failed.cause).toBe(fault?.error);
      expect(errorOf(() => add(db, 'lost too')).reason).toBe(reason);
      expect(db.inTransaction).toBe(false);
      expect(texts(db)).toEqual(['before']);
      fault = undefined;
      db.transaction(() => add(db, 'after'));
      expect(texts(await open())).toEqual(['before', 'after']);
      expect(integrity(await open())).toBe('ok');
    },
  );

  it('in the middle of a large transaction: nothing after the failure is committed, even if it is caught', async () => {
    const db = await open();
    add(db, 'before');
    const work = (): void => {
      breakDisk('ENOSPC', 'write');
      // More than the page cache holds: SQLite has to write before the commit.
      expect(errorOf(() => db.run('INSERT INTO note (data) VALUES (zeroblob(60000000))')).reason).toBe('full');
      fault = undefined;
      expect(errorOf(() => add(db, 'alone')).reason).toBe('full');
    };
    expect(errorOf(() => db.transaction(work)).reason).toBe('full');
    add(db, 'after');
    expect(texts(await open())).toEqual(['before', 'after']);
  });

  it('a checkpoint that fails loses nothing', async () => {
    const db = await open();
    add(db, 'a');
    breakDisk('EIO', 'write', 'sync', 'truncate');
    expect(errorOf(() => db.checkpoint()).reason).toBe('io');
    fault = undefined;
    db.checkpoint();
    expect(texts(await open())).toEqual(['a']);
  });

  it('a read that fails says so and harms nothing', async () => {
    let db = await open();
    for (let n = 0; n < 50; n++) add(db, `note ${n}`, 50_000);
    db = await open();
    breakDisk('EIO', 'read');
    expect(errorOf(() => db.all('SELECT data FROM note', [], () => 0)).reason).toBe('unreadable');
    fault = undefined;
    expect(texts(db)).toHaveLength(50);
  });

  it('a database that cannot be created says so and is created later', async () => {
    breakDisk('ENOSPC', 'write');
    await expect(open()).rejects.toMatchObject({ reason: 'full' });
    breakDisk('EIO', 'open');
    await expect(open()).rejects.toMatchObject({ reason: 'io' });
    fault = undefined;
    expect(add(await open(), 'a')).toBe(1);
  });
});

describe('a lost lock', () => {
  it('not a byte is written once the guard refuses, and its error is the one thrown', async () => {
    const db = await open();
    add(db, 'before');
    const log = join(directory, 'mail.db-wal');
    const before = [readFileSync(join(directory, 'mail.db')), readFileSync(log)];
    const lost = new DatabaseError('locked', 'the lock is lost');
    fault = { operations: ['write', 'sync', 'truncate', 'delete'], error: lost };
    expect(errorOf(() => add(db, 'lost'))).toBe(lost);
    expect(texts(db)).toEqual(['before']);
    fault = undefined; // even if it allows again: abandon writes nothing by itself
    db.abandon();
    expect([readFileSync(join(directory, 'mail.db')), readFileSync(log)]).toEqual(before);
    expect(texts(await open())).toEqual(['before']);
  });

  it('inside a transaction, abandoning loses the transaction only', async () => {
    const db = await open();
    add(db, 'before');
    const work = (): void => {
      add(db, 'lost');
      db.abandon();
    };
    expect(errorOf(() => db.transaction(work)).reason).toBe('sql');
    expect(texts(await open())).toEqual(['before']);
  });
});

/** A file system of 3 MB of its own; undefined where that is not permitted (it takes root). */
function mountSmallDisk(path: string): (() => void) | undefined {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return () => void execFileSync('umount', [path]);
}

describe('a disk that is really full', () => {
  it('fails the action, keeps all before it, and works again with space', async ({ skip }) => {
    const disk = join(directory, 'disk');
    const unmount = mountSmallDisk(disk);
    if (!unmount) return skip('mount is not permitted here');
    try {
      const file = join(disk, 'mail.db');
      const filler = join(disk, 'filler');
      let db = await open(file);
      add(db, 'kept');
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(filler, new Uint8Array((bavail - 20) * bsize));
      let kept = 1;
      const fill = (): void => {
        for (;;) {
          add(db, `kept ${kept}`, 10_000);
          kept++;
        }
      };
      expect(errorOf(fill).reason).toBe('full');
      expect(kept).toBeGreaterThan(1);
      expect(errorOf(() => add(db, 'no', 200_000)).reason).toBe('full');
      expect(texts(db)).toHaveLength(kept);
      rmSync(filler);
      add(db, 'after', 100_000);
      db = await open(file);
      expect([texts(db).length, texts(db).at(-1), integrity(db)]).toEqual([kept + 1, 'after', 'ok']);
    } finally {
      database?.close();
      unmount();
    }
  });
});
