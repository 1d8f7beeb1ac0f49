import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase, type Database, type Row } from '../../../src/db/database';
import { DatabaseError } from '../../../src/db/database-error';

const SCHEMA = `
  CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT UNIQUE, at INTEGER, data BLOB, anything);
  CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id));
`;
const OPTIONS = { applicationId: 0x54455354, migrations: [{ version: 1, name: 'first', sql: SCHEMA }] };
const raw = (row: Row): Row => row;

let directory: string;
let database: Database;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mailpane-database-'));
  database = await openDatabase(join(directory, 'mail.db'), OPTIONS);
});

afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

const addParent = (name: string): number => database.insert('INSERT INTO parent (name) VALUES (?)', [name]);
const names = (): string[] => database.all('SELECT name FROM parent ORDER BY id', [], ([name]) => String(name));

function errorOf(work: () => unknown): DatabaseError {
  try {
    work();
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('statements', () => {
  it('inserts, changes, reads and counts', () => {
    expect([addParent('a'), addParent('b'), addParent('c')]).toEqual([1, 2, 3]);
    expect(database.run('UPDATE parent SET at = 1 WHERE id > ?', [1])).toBe(2);
    expect(database.get('SELECT name, at FROM parent WHERE id = ?', [2], raw)).toEqual(['b', 1]);
    expect(database.get('SELECT name FROM parent WHERE id = ?', [9], raw)).toBeUndefined();
    expect(database.run('-- a comment first\nDELETE FROM parent WHERE id = 3')).toBe(1);
    expect(database.run('CREATE TABLE other (id)')).toBe(0);
    expect(names()).toEqual(['a', 'b']);
  });

  it('keeps every kind of value: text with NUL and all of Unicode, bytes, fractions, null', () => {
    const bytes = Uint8Array.from([0, 1, 255]);
    for (const value of ['', 'a\0b', 'Grüße 📬 \u{10ffff}', 0.1, -1, 2 ** 31, -(2 ** 40), null]) {
      const id = database.insert('INSERT INTO parent (anything) VALUES (?)', [value]);
      expect(database.get('SELECT anything FROM parent WHERE id = ?', [id], ([got]) => got ?? null)).toBe(value);
    }
    const id = database.insert('INSERT INTO parent (data) VALUES (?)', [bytes]);
    expect(database.get('SELECT data FROM parent WHERE id = ?', [id], raw)).toEqual([bytes]);
    const empty = database.insert('INSERT INTO parent (data) VALUES (?)', [new Uint8Array(0)]);
    expect(database.get('SELECT data, length(data) FROM parent WHERE id = ?', [empty], raw)).toEqual([
      new Uint8Array(0),
      0,
    ]);
  });

  it('integers beyond 32 bits are INTEGER in a column declared so, and exact in comparisons, order and lookups', () => {
    const now = 1_763_836_800_123;
    const id = database.insert('INSERT INTO parent (id, at) VALUES (?, ?)', [now, Number.MAX_SAFE_INTEGER]);
    expect(id).toBe(now);
    const read = (sql: string, value: number): unknown => database.get(sql, [value], ([got]) => got);
    expect(read('SELECT typeof(at) FROM parent WHERE id = ?', now)).toBe('integer');
    expect(read('SELECT at FROM parent WHERE id = ?', now)).toBe(Number.MAX_SAFE_INTEGER);
    expect(read('SELECT count(*) FROM parent WHERE at = ?', Number.MAX_SAFE_INTEGER)).toBe(1);
    expect(read('SELECT count(*) FROM parent WHERE at > ?', Number.MAX_SAFE_INTEGER - 1)).toBe(1);
    expect(read('SELECT count(*) FROM parent WHERE id + 1 > ?', now)).toBe(1);
    database.exec('CREATE TABLE strict (at INTEGER NOT NULL) STRICT');
    expect(database.run('INSERT INTO strict VALUES (?)', [now])).toBe(1);
    expect(read('SELECT typeof(at) FROM strict WHERE at = ?', now)).toBe('integer');
    // Where no column gives the type, sql.js binds REAL: this is why the documentation of Database asks for a CAST.
    expect(read('SELECT typeof(?)', now)).toBe('real');
    expect(read("SELECT json_object('at', ?)", now)).toBe(`{"at":${now}.0}`);
    expect(read("SELECT json_object('at', CAST(? AS INTEGER))", now)).toBe(`{"at":${now}}`);
  });

  it('an insert that inserts nothing returns 0', () => {
    addParent('a');
    expect(database.insert('INSERT OR IGNORE INTO parent (name) VALUES (?)', ['a'])).toBe(0);
  });

  it('a statement with RETURNING is run to its end by get as well', () => {
    addParent('a');
    addParent('b');
    expect(database.get('UPDATE parent SET at = id RETURNING id', [], raw)).toEqual([1]);
    expect(database.all('SELECT at FROM parent ORDER BY id', [], raw)).toEqual([[1], [2]]);
  });

  it('a mapper may use the database, even the same statement', () => {
    addParent('a');
    addParent('b');
    const sql = 'SELECT id FROM parent ORDER BY id';
    expect(database.all(sql, [], () => database.all(sql, [], ([id]) => id))).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('more statements than the cache holds stay usable', () => {
    addParent('a');
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 500; n++) expect(database.get(`SELECT ${n} FROM parent`, [], raw)).toEqual([n]);
    }
  });

  it.each([
    ['wrong SQL', 'sql', 'SELEC 1', []],
    ['a second statement', 'sql', "INSERT INTO parent (name) VALUES ('x'); SELECT 1", []],
    ['too few parameters', 'sql', 'INSERT INTO parent (name, at) VALUES (?, ?)', ['x']],
    ['too many parameters', 'sql', 'INSERT INTO parent (name) VALUES (?)', ['x', 1]],
    ['a value twice in a unique column', 'constraint', "INSERT INTO parent (name) VALUES ('a')", []],
    ['a foreign key to nowhere', 'constraint', 'INSERT INTO child (parent_id) VALUES (?)', [7]],
    ['null where it must not be', 'constraint', 'INSERT INTO child (parent_id) VALUES (?)', [null]],
    ['text as rowid', 'constraint', 'INSERT INTO parent (id) VALUES (?)', ['text']],
  ])('%s is refused with reason %s, and the database works on', (_, reason, sql, params) => {
    addParent('a');
    expect(errorOf(() => database.run(sql, params)).reason).toBe(reason);
    expect(errorOf(() => database.run(sql, params)).reason).toBe(reason);
    expect(database.inTransaction).toBe(false);
    expect(names()).toEqual(['a']);
    expect(addParent('b')).toBe(2);
  });

  it('a value that SQLite does not know is refused', () => {
    const value = undefined as unknown as string;
    expect(errorOf(() => database.run('INSERT INTO parent (name) VALUES (?)', [value])).reason).toBe('sql');
  });

  it('a closed database refuses', () => {
    database.close();
    database.close();
    expect(errorOf(() => names()).reason).toBe('sql');
  });
});

describe('transactions', () => {
  it('commit together', async () => {
    expect(database.transaction(() => [addParent('a'), addParent('b'), database.inTransaction])).toEqual([1, 2, true]);
    expect(database.inTransaction).toBe(false);
    database.close();
    database = await openDatabase(join(directory, 'mail.db'), OPTIONS);
    expect(names()).toEqual(['a', 'b']);
  });

  it('of copies wait for no disk, and go to it with the next one that does', () => {
    database.transaction(() => addParent('first'));
    const before = database.stats.syncs;
    database.transactionOfCopies(() => addParent('copy'));
    expect(database.stats.syncs).toBe(before);
    expect(() => database.transactionOfCopies(() => errorOf(() => void 0))).toThrow();
    database.transaction(() => addParent('second'));
    expect(database.stats.syncs).toBe(before + 1);
    database.transaction(() => database.transactionOfCopies(() => addParent('within')));
    expect(database.stats.syncs).toBe(before + 2);
    expect(names()).toEqual(['first', 'copy', 'second', 'within']);
  });

  it('roll back on a throw, which is passed on', () => {
    const mine = new Error('mine');
    const work = (): void => {
      addParent('a');
      throw mine;
    };
    expect(() => database.transaction(work)).toThrow(mine);
    expect(database.inTransaction).toBe(false);
    expect(names()).toEqual([]);
    expect(addParent('b')).toBe(1);
  });

  it('a nested one joins: both are kept, or none', () => {
    database.transaction(() => {
      addParent('a');
      database.transaction(() => addParent('b'));
      expect(database.inTransaction).toBe(true);
    });
    expect(names()).toEqual(['a', 'b']);
    const outer = (): void => {
      addParent('c');
      database.transaction(() => addParent('d'));
      throw new Error('later');
    };
    expect(() => database.transaction(outer)).toThrow('later');
    expect(names()).toEqual(['a', 'b']);
  });

  it('a failed nested one fails the outer one, even if the error is caught on the way', () => {
    const outer = (): void => {
      addParent('a');
      expect(() =>
        database.transaction(() => {
          addParent('b');
          throw new Error('inner');
        }),
      ).toThrow('inner');
    };
    expect(() => database.transaction(outer)).toThrow('inner');
    expect(names()).toEqual([]);
    expect(addParent('c')).toBe(1);
  });

  it('a constraint that was caught inside does not spoil the rest', () => {
    database.transaction(() => {
      addParent('a');
      expect(errorOf(() => addParent('a')).reason).toBe('constraint');
      addParent('b');
    });
    expect(names()).toEqual(['a', 'b']);
  });

  it('asynchronous work is refused and rolled back', () => {
    const work = (): Promise<number> => Promise.resolve(addParent('a'));
    expect(errorOf(() => database.transaction(work)).reason).toBe('sql');
    expect(names()).toEqual([]);
  });

  it('no checkpoint and no close inside', () => {
    expect(errorOf(() => database.transaction(() => database.checkpoint())).reason).toBe('sql');
    expect(errorOf(() => database.transaction(() => database.close())).reason).toBe('sql');
    expect(addParent('a')).toBe(1);
  });
});

describe('events', () => {
  it('tell one commit each, only if it changed something', () => {
    const committed = vi.fn();
    const subscription = database.onCommit(committed);
    addParent('a');
    expect(committed).toHaveBeenCalledTimes(1);
    database.transaction(() => {
      addParent('b');
      database.transaction(() => addParent('c'));
      expect(committed).toHaveBeenCalledTimes(1);
    });
    expect(committed).toHaveBeenCalledTimes(2);
    database.get('DELETE FROM parent WHERE name = ? RETURNING id', ['c'], raw);
    expect(committed).toHaveBeenCalledTimes(3);

    names();
    database.transaction(() => names());
    database.run("UPDATE parent SET at = 1 WHERE name = 'nobody'");
    database.checkpoint();
    expect(committed).toHaveBeenCalledTimes(3);
    subscription.dispose();
    addParent('d');
    expect(committed).toHaveBeenCalledTimes(3);
  });

  it('tell a rollback, and no commit with it, however much was written', () => {
    const committed = vi.fn();
    const rolledBack = vi.fn();
    database.onCommit(committed);
    database.onRollback(rolledBack);
    const work = (): void => {
      for (let n = 0; n < 300; n++) database.run('INSERT INTO parent (data) VALUES (?)', [new Uint8Array(100_000)]);
      throw new Error('no');
    };
    expect(() => database.transaction(work)).toThrow('no');
    expect([committed.mock.calls.length, rolledBack.mock.calls.length]).toEqual([0, 1]);
  });

  it('a listener may write, and sees what was committed', () => {
    const seen: string[][] = [];
    const subscription = database.onCommit(() => {
      seen.push(names());
      if (names().length < 3) addParent(`after ${names().length}`);
      else subscription.dispose();
    });
    database.transaction(() => addParent('a'));
    expect(seen).toEqual([['a'], ['a', 'after 1'], ['a', 'after 1', 'after 2']]);
  });
});

describe('several files', () => {
  it('are open at once, each with its own figures', async () => {
    const bodies = await openDatabase(join(directory, 'bodies.db'), OPTIONS);
    const before = database.stats;
    for (let n = 0; n < 50; n++) bodies.run('INSERT INTO parent (data) VALUES (?)', [new Uint8Array(20_000).fill(n)]);
    expect(database.stats).toEqual(before);
    expect(bodies.stats.bytesWritten).toBeGreaterThan(50 * 20_000);
    addParent('a');
    bodies.close();
    expect(names()).toEqual(['a']);
  });

  it('a file that is open already is refused, whatever name it goes by', async () => {
    const again = openDatabase(join(directory, '..', directory.split('/').at(-1) ?? '', 'mail.db'), OPTIONS);
    await expect(again).rejects.toMatchObject({ name: 'DatabaseError', reason: 'locked' });
    expect(addParent('a')).toBe(1);
  });
});
