import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database, type OpenOptions } from '../../../src/db/database';

const FIRST = { version: 1, name: 'first', sql: 'CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT, data BLOB)' };
const SECOND = { version: 2, name: 'second', sql: 'ALTER TABLE note ADD COLUMN at INTEGER' };
const OPTIONS: OpenOptions = { applicationId: 0x54455354, migrations: [FIRST] };
const PAGE = 2048;

let directory: string;
let file: string;
const open: Database[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mailpane-open-'));
  file = join(directory, 'mail.db');
});

afterEach(() => {
  for (const database of open.splice(0)) database.close();
  rmSync(directory, { recursive: true });
});

async function openIt(options: OpenOptions = OPTIONS, path = file): Promise<Database> {
  const database = await openDatabase(path, options);
  open.push(database);
  return database;
}

const texts = (database: Database): unknown[] =>
  database.all('SELECT text FROM note ORDER BY id', [], ([text]) => text);
const add = (database: Database, text: string): number =>
  database.insert('INSERT INTO note (text, data) VALUES (?, ?)', [text, new Uint8Array(3000)]);

/** A closed database of some hundred pages. */
async function makeDatabase(options = OPTIONS): Promise<void> {
  const database = await openIt(options);
  database.transaction(() => {
    for (let n = 0; n < 100; n++) add(database, `note ${n}`);
  });
  database.close();
}

/** Leaves the files as a killed process does: with a log beside the database that has not been copied into it. */
async function makeDatabaseWithLog(options = OPTIONS, change?: (database: Database) => void): Promise<void> {
  await makeDatabase(options);
  const running = join(directory, 'running');
  mkdirSync(running);
  copyFileSync(file, join(running, 'mail.db'));
  const database = await openIt(options, join(running, 'mail.db'));
  add(database, 'in the log');
  change?.(database);
  for (const name of readdirSync(running)) copyFileSync(join(running, name), join(directory, name));
  database.close();
  rmSync(running, { recursive: true });
  expect(readdirSync(directory)).toEqual(['mail.db', 'mail.db-wal']);
}

/** All files of the directory: what a refusal must leave exactly as it is. */
function snapshot(): Record<string, string> {
  const names = readdirSync(directory).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name)).toString('base64')]));
}

async function expectRefusal(reason: string, message: RegExp, options = OPTIONS): Promise<void> {
  const before = snapshot();
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(openIt(options)).rejects.toMatchObject({
      name: 'DatabaseError',
      reason,
      message: expect.stringMatching(message) as string,
    });
    expect(snapshot()).toEqual(before);
  }
}

describe('a new database', () => {
  it('is created with its directory, private to its owner, and is there again', async () => {
    file = join(directory, 'deep', 'er', 'mail.db');
    const database = await openIt();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600);
    add(database, 'a');
    database.close();
    expect(readdirSync(join(file, '..'))).toEqual(['mail.db']);
    expect(texts(await openIt())).toEqual(['a']);
  });

  it('has the settings that durability needs', async () => {
    const database = await openIt();
    const setting = (name: string): unknown => database.get(`PRAGMA ${name}`, [], ([value]) => value);
    expect(setting('journal_mode')).toBe('wal');
    expect(setting('locking_mode')).toBe('exclusive');
    expect(setting('synchronous')).toBe(2);
    expect(setting('foreign_keys')).toBe(1);
    expect(setting('application_id')).toBe(OPTIONS.applicationId);
    const before = database.stats.syncs;
    add(database, 'a');
    expect(database.stats.syncs).toBeGreaterThan(before);
  });

  it('takes the place of an empty file and of what an interrupted creation left', async () => {
    writeFileSync(file, '');
    writeFileSync(`${file}-new`, 'half a database');
    writeFileSync(`${file}-new-journal`, 'its journal');
    add(await openIt(), 'a');
    expect(readdirSync(directory)).toEqual(['mail.db', 'mail.db-wal']);
  });

  it('a path of 300 characters and more than ASCII is no problem', async () => {
    file = join(directory, 'ä'.repeat(100), 'x'.repeat(200), 'mail ✉.db');
    const database = await openIt();
    add(database, 'a');
    database.close();
    expect(readFileSync(file).subarray(0, 15).toString()).toBe('SQLite format 3');
  });

  it('a directory that cannot be created is an io error', async () => {
    writeFileSync(join(directory, 'file'), '');
    file = join(directory, 'file', 'mail.db');
    await expect(openIt()).rejects.toMatchObject({ reason: 'io' });
  });
});

describe('after a crash', () => {
  it('what is in the log only is there', async () => {
    await makeDatabaseWithLog();
    const database = await openIt();
    expect(texts(database)).toHaveLength(101);
    expect(texts(database).at(-1)).toBe('in the log');
  });

  it('half a transaction at the end of the log is left out', async () => {
    await makeDatabaseWithLog();
    const log = `${file}-wal`;
    truncateSync(log, statSync(log).size - 100);
    expect(texts(await openIt())).toHaveLength(100);
  });
});

describe('a file is refused and left untouched', () => {
  it('that is no database', async () => {
    writeFileSync(file, 'Dear diary, this is not a database. '.repeat(500));
    await expectRefusal('damaged', /not a database/);
  });

  it('that is shorter than a header', async () => {
    writeFileSync(file, 'SQLite format 3\0');
    await expectRefusal('damaged', /not a database/);
  });

  it('that is cut short', async () => {
    await makeDatabase();
    truncateSync(file, 10 * PAGE);
    await expectRefusal('damaged', /damaged/);
  });

  it('that was emptied beside its log', async () => {
    await makeDatabaseWithLog();
    truncateSync(file, 0);
    await expectRefusal('damaged', /empty/);
  });

  it('whose header is garbage after the magic word', async () => {
    await makeDatabase();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 16, 60);
    writeFileSync(file, bytes);
    await expectRefusal('damaged', /damaged/);
  });

  it('whose schema page is garbage', async () => {
    await makeDatabase();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 100, PAGE);
    writeFileSync(file, bytes);
    await expectRefusal('damaged', /damaged/);
  });

  it('whose table has a garbage page where reading starts', async () => {
    await makeDatabase();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, PAGE, 2 * PAGE); // the root of the one table
    writeFileSync(file, bytes);
    await expectRefusal('damaged', /damaged/);
  });

  it('that another application made', async () => {
    await makeDatabase({ ...OPTIONS, applicationId: 0x6f746865 });
    await expectRefusal('foreign', /another application/);
  });

  it('that another application made and left a log beside', async () => {
    await makeDatabaseWithLog({ ...OPTIONS, applicationId: 0x6f746865 });
    await expectRefusal('foreign', /another application/);
  });

  it('that a newer program wrote', async () => {
    await makeDatabase({ ...OPTIONS, migrations: [FIRST, SECOND] });
    await expectRefusal('newer', /written by a newer version of Mailpane\. Update Mailpane/);
    await expect(openIt()).rejects.toMatchObject({
      cause: { message: `${file} has schema 2, this program knows 1` },
    });
  });

  it('that a newer program wrote and left the newest schema in the log only', async () => {
    await makeDatabaseWithLog(OPTIONS, (database) => database.exec('PRAGMA user_version = 2'));
    expect(readFileSync(file).readUInt32BE(60)).toBe(1);
    await expectRefusal('newer', /newer version/);
  });

  it('that is a directory', async () => {
    mkdirSync(file);
    writeFileSync(join(file, 'x'), 'x');
    await expect(openIt()).rejects.toMatchObject({ reason: 'io' });
  });

  it('and works again when the good file is back', async () => {
    await makeDatabase();
    const good = readFileSync(file);
    truncateSync(file, 10 * PAGE);
    await expectRefusal('damaged', /damaged/);
    writeFileSync(file, good);
    expect(texts(await openIt())).toHaveLength(100);
  });
});

describe('damage found later', () => {
  it('is reported as such when the page is read', async () => {
    await makeDatabase();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 90 * PAGE, 91 * PAGE);
    writeFileSync(file, bytes);
    const database = await openIt();
    const readAll = (): unknown => database.all('SELECT text, data FROM note', [], () => undefined);
    expect(readAll).toThrow(expect.objectContaining({ reason: 'damaged' }) as Error);
  });
});

describe('where the engine is found', () => {
  it(
    'bundled as the product is, with the wasm beside the bundle, and not without it',
    { timeout: 60_000 },
    async () => {
      const source = join(directory, 'entry.ts');
      const bundle = join(directory, 'entry.js');
      const database = join(import.meta.dirname, '../../../src/db/database.ts');
      writeFileSync(
        source,
        `import { openDatabase } from ${JSON.stringify(database)};
       openDatabase(process.argv[2]!, { applicationId: 1, migrations: [{ version: 1, name: 'a', sql: 'CREATE TABLE t (a)' }] })
         .then((db) => { console.log(db.run('INSERT INTO t VALUES (1)')); db.close(); })
         .catch((error) => { console.log(error.reason); });`,
      );
      const result = await build({
        entryPoints: [source],
        outfile: bundle,
        bundle: true,
        minify: true,
        platform: 'node',
        target: 'node20',
        format: 'cjs',
        logLevel: 'silent',
      });
      expect(result.warnings).toEqual([]);
      const run = (): string =>
        execFileSync(process.execPath, [bundle, file], { cwd: directory, encoding: 'utf8' }).trim();
      expect(run()).toBe('unsupported');
      expect(existsSync(file)).toBe(false);
      copyFileSync('node_modules/sql.js/dist/sql-wasm.wasm', join(directory, 'sql-wasm.wasm'));
      expect(run()).toBe('1');
      expect(statSync(file).size).toBeGreaterThan(PAGE);
    },
  );
});
