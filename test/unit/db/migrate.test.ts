import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database, type Migration } from '../../../src/db/database';

const FIRST = { version: 1, name: 'people', sql: 'CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL);' };
const SECOND = {
  version: 2,
  name: 'letters',
  sql: `CREATE TABLE letter (id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (id));
        INSERT INTO person (name) VALUES ('Ada');
        INSERT INTO letter (person_id) SELECT id FROM person;`,
};
/** Rebuilds a table that another one points to, as SQLite's documentation tells to. */
const REBUILD = {
  version: 3,
  name: 'rebuild people',
  sql: `CREATE TABLE person_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, born INTEGER);
        INSERT INTO person_new (id, name) SELECT id, name FROM person;
        DROP TABLE person;
        ALTER TABLE person_new RENAME TO person;`,
};

let directory: string;
let file: string;
let database: Database | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mailpane-migrate-'));
  file = join(directory, 'mail.db');
});

afterEach(() => {
  database?.close();
  rmSync(directory, { recursive: true });
});

async function open(...migrations: Migration[]): Promise<Database> {
  database?.close();
  database = undefined;
  return (database = await openDatabase(file, { applicationId: 1, migrations }));
}

const value = (sql: string): unknown => database?.get(sql, [], ([first]) => first);
const tables = (): unknown =>
  database?.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", [], ([name]) => name);

describe('migrations', () => {
  it('run in order, all or those that are missing', async () => {
    await open(FIRST, SECOND);
    expect([value('PRAGMA user_version'), tables()]).toEqual([2, ['letter', 'person']]);
    await open(FIRST, SECOND, REBUILD);
    expect(value('PRAGMA user_version')).toBe(3);
    expect(value('SELECT count(born) + count(*) FROM person')).toBe(1);
    await open(FIRST, SECOND, REBUILD);
    expect(value('SELECT count(*) FROM person')).toBe(1);
  });

  it('a rebuilt table keeps its references, and foreign keys are enforced after it', async () => {
    const db = await open(FIRST, SECOND, REBUILD);
    expect(value('SELECT name FROM letter JOIN person ON person.id = person_id')).toBe('Ada');
    expect(() => db.run('DELETE FROM person')).toThrow(expect.objectContaining({ reason: 'constraint' }) as Error);
  });

  it('one that fails leaves the file at the version before it, whatever it had done', async () => {
    const wrong = { version: 3, name: 'wrong', sql: 'CREATE TABLE half (id); DELETE FROM letter; SELECT nonsense;' };
    await expect(open(FIRST, SECOND, wrong)).rejects.toMatchObject({ reason: 'sql' });
    await open(FIRST, SECOND);
    expect([value('PRAGMA user_version'), tables()]).toEqual([2, ['letter', 'person']]);
    expect(value('SELECT count(*) FROM letter')).toBe(1);
  });

  it('one that leaves a reference to nowhere fails', async () => {
    await open(FIRST, SECOND);
    const orphan = { version: 3, name: 'orphan', sql: 'DELETE FROM person' };
    await expect(open(FIRST, SECOND, orphan)).rejects.toMatchObject({
      reason: 'constraint',
      message: expect.stringContaining('letter → person') as string,
    });
    await open(FIRST, SECOND);
    expect(value('SELECT count(*) FROM person')).toBe(1);
  });

  it.each([
    ['a gap', [FIRST, REBUILD]],
    ['another order', [SECOND, FIRST]],
    ['a number twice', [FIRST, { ...SECOND, version: 1 }]],
  ])('a list with %s is refused before the file is touched', async (_, list) => {
    await open(FIRST);
    database?.close();
    const before = readFileSync(file);
    await expect(open(...list)).rejects.toMatchObject({ reason: 'sql' });
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});
