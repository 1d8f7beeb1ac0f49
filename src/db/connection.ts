import type { Database as RawDatabase, Statement } from 'sql.js';
import { DatabaseError } from './database-error';
import type { SqlJs } from './sqljs';
import type { HowDamaged } from './suspicion';
import type { Mount } from './vfs/mount';
import { reasonOf, RESULT } from './vfs/result-codes';

export type SqlValue = number | string | Uint8Array | null;
/** The columns in the order of the SELECT. */
export type Row = SqlValue[];

interface Prepared {
  readonly statement: Statement;
  readonly parameters: number;
  /** INSERT, UPDATE or DELETE: the count of changed rows means something. */
  readonly changesRows: boolean;
}

/** A statement of the product is a constant text, so nearly every use finds it prepared: 2 to 4 times as fast. */
const CACHED_STATEMENTS = 200;

/** The declared type of `handleError` hides the code it is given. */
interface Coded {
  handleError: (code: number) => null;
}

/**
 * One sql.js connection to a mounted file: prepared statements, and failures as DatabaseError. Statements are reset
 * before this returns, so a caller's code never runs while one is open.
 */
export class Connection {
  readonly mount: Mount;
  /** Called before each error `damaged` or `unreadable` is thrown. */
  onDamaged: ((how: HowDamaged) => void) | undefined;
  readonly #sqlJs: SqlJs;
  readonly #raw: RawDatabase;
  readonly #statements = new Map<string, Prepared>();
  #lastCode: number = RESULT.OK;
  #closed = false;

  /** Opens the mounted file; throws DatabaseError `unsupported` if SQLite opened anything else instead. */
  constructor(sqlJs: SqlJs, mount: Mount) {
    this.#sqlJs = sqlJs;
    this.mount = mount;
    try {
      this.#raw = sqlJs.vfs.opening(mount, sqlJs.openRaw);
    } catch (error) {
      sqlJs.vfs.unmount(mount);
      if (mount.lastError instanceof DatabaseError) throw mount.lastError;
      throw new DatabaseError('io', `The database ${mount.path} cannot be opened.`, mount.lastError ?? error);
    }
    // SQLite's message does not tell its code, which sql.js passes through this method on its way to the message.
    const raw: Coded = this.#raw;
    const handleError = raw.handleError.bind(raw);
    raw.handleError = (code) => {
      this.#lastCode = code;
      return handleError(code);
    };
    if (!mount.opened) {
      this.close();
      throw new DatabaseError(
        'unsupported',
        `This build of sql.js did not open ${mount.path}: it would keep mail in memory only.`,
      );
    }
  }

  /** All rows, or the first `limit` of them. What the statement changes, it changes for all its rows. */
  rows(sql: string, params: readonly SqlValue[], limit = Infinity): Row[] {
    return this.#use(sql, params, ({ statement, changesRows }) => {
      const rows: Row[] = [];
      while (statement.step()) {
        if (rows.length < limit) rows.push(statement.get());
        else if (!changesRows) break;
      }
      return rows;
    });
  }

  /** Runs the statement to its end; the number of rows it inserted, updated or deleted itself. */
  run(sql: string, params: readonly SqlValue[]): number {
    return this.#use(sql, params, ({ statement, changesRows }) => {
      while (statement.step());
      return changesRows ? this.#raw.getRowsModified() : 0;
    });
  }

  /** Several statements, without parameters. */
  script(sql: string): void {
    this.#guarded(sql, () => this.#raw.run(sql));
  }

  /** `VACUUM INTO` a real file, not synced, which the same guard watches; what fails there is said of that file. */
  vacuumInto(file: string): void {
    const target = this.#sqlJs.vfs.mount(file, { readOnly: false, guard: this.mount.guard });
    try {
      this.rows('PRAGMA synchronous = OFF', []); // the target takes it over
      this.run('VACUUM INTO ?', [target.virtualName]);
    } catch (error) {
      if (!(error instanceof DatabaseError) || target.lastError === undefined) throw error;
      if (target.lastError instanceof DatabaseError) throw target.lastError;
      const { reason } = error;
      if (reason === 'full')
        throw new DatabaseError(reason, `The disk is full: ${file} could not be written.`, target.lastError);
      throw new DatabaseError(reason, `The file ${file} could not be written.`, target.lastError);
    } finally {
      this.#sqlJs.vfs.unmount(target);
      if (!this.#closed) this.rows('PRAGMA synchronous = FULL', []);
    }
  }

  /** Frees the statements, checkpoints the log and closes the file. Closing twice does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      for (const { statement } of this.#statements.values()) statement.free();
      this.#statements.clear();
      this.#raw.close();
    } catch (error) {
      throw this.#translate(error, 'close');
    } finally {
      this.#sqlJs.vfs.unmount(this.mount);
    }
  }

  #use<T>(sql: string, params: readonly SqlValue[], work: (prepared: Prepared) => T): T {
    return this.#guarded(sql, () => {
      const prepared = this.#prepared(sql, params.length);
      if (params.length !== prepared.parameters) {
        throw new DatabaseError('sql', `${prepared.parameters} parameters are needed, ${params.length} given: ${sql}`);
      }
      try {
        prepared.statement.bind(params as SqlValue[]);
        return work(prepared);
      } finally {
        prepared.statement.reset();
      }
    });
  }

  #guarded<T>(sql: string, work: () => T): T {
    if (this.#closed) throw new DatabaseError('sql', `The database ${this.mount.path} is closed.`);
    this.#lastCode = RESULT.OK;
    this.mount.lastError = undefined;
    this.mount.readFailed = false;
    try {
      return work();
    } catch (error) {
      throw this.#translate(error, sql);
    }
  }

  #prepared(sql: string, given: number): Prepared {
    const cached = this.#statements.get(sql);
    if (cached) {
      // A Map keeps the order of insertion: the least recently used statement is the first.
      this.#statements.delete(sql);
      this.#statements.set(sql, cached);
      return cached;
    }
    const statement = this.#raw.prepare(sql);
    try {
      refuseSecondStatement(sql, statement);
      const prepared = {
        statement,
        parameters: countParameters(statement, given),
        changesRows: CHANGES_ROWS.test(sql),
      };
      this.#statements.set(sql, prepared);
      this.#evictStatement();
      return prepared;
    } catch (error) {
      statement.free();
      throw error;
    }
  }

  #evictStatement(): void {
    if (this.#statements.size <= CACHED_STATEMENTS) return;
    const [oldest] = this.#statements;
    if (!oldest) return;
    this.#statements.delete(oldest[0]);
    oldest[1].statement.free();
  }

  /** sql.js throws errors, strings, and in the worst case what WebAssembly throws. */
  #translate(error: unknown, sql: string): DatabaseError {
    if (error instanceof DatabaseError) return error;
    const { path, lastError } = this.mount;
    const reason = reasonOf(this.#lastCode);
    const diskFailed = reason === 'io' || reason === 'full';
    if (diskFailed && lastError instanceof DatabaseError) return lastError;
    const said = error instanceof Error ? error.message : String(error);
    const cause = diskFailed ? (lastError ?? error) : error;
    switch (reason) {
      case 'damaged':
        return this.damaged(said, cause);
      case 'full':
        return new DatabaseError(reason, `The disk is full: ${path} could not be written.`, cause);
      case 'io':
        if (this.mount.readFailed) return this.#unreadable(said, cause);
        return new DatabaseError(reason, `The database ${path} could not be read or written (${said}).`, cause);
      default:
        return new DatabaseError(reason, `${said}: ${sql}`, cause);
    }
  }

  /** SQLite has found it damaged without failing at it: what follows is the same. */
  damaged(said: string, cause?: unknown): DatabaseError {
    this.onDamaged?.('damaged');
    return new DatabaseError('damaged', `The database ${this.mount.path} is damaged (${said}).`, cause);
  }

  #unreadable(said: string, cause: unknown): DatabaseError {
    this.onDamaged?.('unreadable');
    return new DatabaseError('unreadable', `The disk does not give a part of ${this.mount.path} (${said}).`, cause);
  }
}

const CHANGES_ROWS = /^(?:\s|--.*|\/\*[^]*?\*\/)*(?:insert|update|delete|replace|with)\b/i;

/** SQLite prepares the first statement of a text and would silently forget the rest. */
function refuseSecondStatement(sql: string, statement: Statement): void {
  const rest = sql.slice(statement.getSQL().length).replace(/--.*|\/\*[^]*?\*\//g, '');
  if (rest.trim() !== '') throw new DatabaseError('sql', `Only one statement can be run here: ${sql}`);
}

/**
 * SQLite binds NULL to a parameter that is not given, which would lose data silently, and sql.js does not export the
 * count. But binding one too many fails, so the count is found by trying, once per statement.
 */
function countParameters(statement: Statement, given: number): number {
  const accepts = (count: number): boolean => {
    try {
      return statement.bind(Array.from({ length: count }, () => 0));
    } catch {
      return false;
    }
  };
  let count = given;
  while (count > 0 && !accepts(count)) count--;
  while (accepts(count + 1)) count++;
  return count;
}
