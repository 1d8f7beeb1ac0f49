/** The reference: native SQLite behind the same interface, so that the product's stores run over both unchanged. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Database, Row, SqlValue } from '../../src/db/database';
import { PRAGMAS } from '../../src/db/open-file';

const VERSION = '12.6.2';

/** What we use of https://github.com/WiseLibs/better-sqlite3, which brings no types. */
interface NativeStatement {
  readonly reader: boolean;
  raw(): NativeStatement;
  run(params: readonly SqlValue[]): { changes: number; lastInsertRowid: number };
  get(params: readonly SqlValue[]): Row | undefined;
  all(params: readonly SqlValue[]): Row[];
}
interface NativeDatabase {
  prepare(sql: string): NativeStatement;
  exec(sql: string): void;
  close(): void;
}

/** Opens a file of ours with native SQLite and our settings; undefined if it cannot be installed on this machine. */
export function openNative(file: string, cache: string, log: (line: string) => void): Database | undefined {
  const Native = install(cache, log);
  if (!Native) return undefined;
  const native = new Native(file);
  for (const pragma of PRAGMAS) native.exec(`PRAGMA ${pragma}`);
  return adapt(native);
}

type NativeConstructor = new (file: string) => NativeDatabase;

function install(cache: string, log: (line: string) => void): NativeConstructor | undefined {
  const directory = join(cache, 'better-sqlite3');
  try {
    if (!existsSync(join(directory, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node'))) {
      log(`installing better-sqlite3@${VERSION} (compiling it takes a minute or two) …`);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
      npm(directory, ['install', '--ignore-scripts', '--no-audit', '--no-fund', `better-sqlite3@${VERSION}`]);
      // The project runs no scripts at install (.npmrc); this one package is compiled, and only it.
      npm(directory, ['rebuild', '--ignore-scripts=false', 'better-sqlite3']);
    }
    const Native = createRequire(join(directory, 'package.json'))('better-sqlite3') as NativeConstructor;
    new Native(':memory:').close();
    return Native;
  } catch (error) {
    log(`no reference: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function npm(directory: string, args: readonly string[]): void {
  execFileSync('npm', [...args, '--loglevel=error'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 600_000,
  });
}

function adapt(native: NativeDatabase): Database {
  const statements = new Map<string, NativeStatement>();
  const prepared = (sql: string): NativeStatement => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = native.prepare(sql);
      if (statement.reader) statement.raw();
      statements.set(sql, statement);
    }
    return statement;
  };
  let inTransaction = false;
  const adapter = {
    run: (sql: string, params: readonly SqlValue[] = []): number => prepared(sql).run(params).changes,
    insert: (sql: string, params: readonly SqlValue[] = []): number => prepared(sql).run(params).lastInsertRowid,
    get<T>(sql: string, params: readonly SqlValue[], map: (row: Row) => T): T | undefined {
      const row = prepared(sql).get(params);
      return row && map(row);
    },
    all: <T>(sql: string, params: readonly SqlValue[], map: (row: Row) => T): T[] =>
      prepared(sql)
        .all(params)
        .map((row) => map(row)),
    exec: (sql: string): void => native.exec(sql),
    transaction<T>(work: () => T): T {
      if (inTransaction) return work();
      adapter.run('BEGIN IMMEDIATE');
      inTransaction = true;
      try {
        const result = work();
        adapter.run('COMMIT');
        return result;
      } catch (error) {
        adapter.run('ROLLBACK');
        throw error;
      } finally {
        inTransaction = false;
      }
    },
    checkpoint: (): void => {
      native.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    },
    close: (): void => native.close(),
  };
  return adapter as unknown as Database;
}
