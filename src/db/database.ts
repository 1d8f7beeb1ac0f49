import { setImmediate } from 'node:timers/promises';
import type { Connection, Row, SqlValue } from './connection';
import { DatabaseError } from './database-error';
import { checkNumbering, migrate, type Migration } from './migrate';
import { openFile } from './open-file';
import { loadSqlJs } from './sqljs';
import type { HowDamaged } from './suspicion';
import type { DiskGuard, DiskOperation, DiskStats } from './vfs/mount';

export type { Row, SqlValue } from './connection';
export type { Migration } from './migrate';

type Listener = () => void;

/**
 * One SQLite file. All calls are synchronous; what SQLite or the disk refuses is thrown as DatabaseError.
 *
 * Numbers: an integer beyond 32 bits is bound as REAL, which is all that sql.js can do. A column declared INTEGER
 * stores it as INTEGER, and comparing, ordering and looking up are exact up to 2^53. Only where no column gives a type
 * does it show (`typeof(?)`, `? || ''`, `json_object('at', ?)`, `? / 1000`): write `CAST(? AS INTEGER)` there.
 */
export class Database {
  readonly #connection: Connection;
  readonly #commitListeners = new Set<Listener>();
  readonly #rollbackListeners = new Set<Listener>();
  #inTransaction = false;
  /** Why the current transaction can only be rolled back. */
  #failure: unknown;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Runs one statement; returns the number of rows it changed (0 for one that is not INSERT, UPDATE or DELETE). */
  run(sql: string, params: readonly SqlValue[] = []): number {
    return this.#perform(() => this.#connection.run(sql, params));
  }

  /** The first row, mapped, or undefined if there is none. */
  get<T>(sql: string, params: readonly SqlValue[], map: (row: Row) => T): T | undefined {
    const [row] = this.#perform(() => this.#connection.rows(sql, params, 1));
    return row && map(row);
  }

  /** All rows, mapped. */
  all<T>(sql: string, params: readonly SqlValue[], map: (row: Row) => T): T[] {
    return this.#perform(() => this.#connection.rows(sql, params)).map((row) => map(row));
  }

  /**
   * Runs one INSERT; returns the rowid of the inserted row, or 0 if it inserted none (OR IGNORE, DO NOTHING). For
   * `ON CONFLICT DO UPDATE` use `get` with RETURNING: SQLite does not set the rowid then.
   */
  insert(sql: string, params: readonly SqlValue[] = []): number {
    return this.#perform(() => {
      if (this.#connection.run(sql, params) === 0) return 0;
      const [row] = this.#connection.rows('SELECT last_insert_rowid()', [], 1);
      return Number(row?.[0]);
    });
  }

  /** Runs several statements without parameters; for migrations and pragmas. */
  exec(sql: string): void {
    this.#perform(() => this.#connection.script(sql));
  }

  /**
   * Runs `work` between BEGIN IMMEDIATE and COMMIT; what it throws rolls everything back and is thrown on. A call
   * inside another joins that one: it is committed with it, and if it fails, the outer one cannot be committed either,
   * even if the error is caught on the way. `work` is synchronous: one that returns a Promise is rolled back.
   */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return this.#join(work);
    const logWrites = this.#connection.mount.logWrites;
    this.#connection.run('BEGIN IMMEDIATE', []);
    this.#inTransaction = true;
    let result: T;
    try {
      result = this.#synchronous(work);
      this.#throwFailure();
      this.#connection.run('COMMIT', []);
    } catch (error) {
      this.#rollBack();
      throw error;
    }
    this.#inTransaction = false;
    this.#notifyIfWritten(logWrites);
    return result;
  }

  /**
   * A transaction of what can be had again: it does not wait for the disk. After a power loss it may be missing as a
   * whole; the next `transaction` carries it to the disk with its own. Nothing is ever there in part, or out of order.
   */
  transactionOfCopies<T>(work: () => T): T {
    if (this.#inTransaction) return this.#join(work);
    this.#connection.rows('PRAGMA synchronous = NORMAL', []);
    try {
      return this.transaction(work);
    } finally {
      this.#connection.rows('PRAGMA synchronous = FULL', []);
    }
  }

  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  /** Called after each commit that changed something, a single statement outside a transaction included. */
  onCommit(listener: Listener): { dispose(): void } {
    return subscribe(this.#commitListeners, listener);
  }

  /** Called after a transaction was rolled back. */
  onRollback(listener: Listener): { dispose(): void } {
    return subscribe(this.#rollbackListeners, listener);
  }

  /**
   * Has SQLite look through the file, table by table, with a turn of the event loop in between. Where it finds damage, the
   * same follows as where an operation meets it (`onDamaged`), and this throws.
   */
  async lookThrough(signal: AbortSignal): Promise<void> {
    const sql = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    for (const table of this.all(sql, [], (row) => row[0] as string)) {
      signal.throwIfAborted();
      const [said = 'ok'] = this.all(`PRAGMA quick_check("${table}")`, [], (row) => row[0] as string);
      if (said !== 'ok') throw this.#connection.damaged(said);
      await setImmediate();
    }
  }

  get stats(): DiskStats {
    return { ...this.#connection.mount.stats };
  }

  /** Moves the write-ahead log into the database file and empties it. */
  checkpoint(): void {
    if (this.#inTransaction) throw new DatabaseError('sql', 'A checkpoint is not possible inside a transaction.');
    this.#connection.rows('PRAGMA wal_checkpoint(TRUNCATE)', []);
  }

  /**
   * Writes what is committed, packed, into a file that is empty or not there yet. Takes the thread until it is done, so it
   * does not wait for the disk: whoever wants it to be there after a power loss syncs the file.
   */
  copyInto(file: string): void {
    if (this.#inTransaction) throw new DatabaseError('sql', 'A copy is not possible inside a transaction.');
    this.#connection.vacuumInto(file);
  }

  /** Asks what SQLite asks before each operation on the disk, for one beside it; throws what refuses it. */
  askGuard(operation: DiskOperation, path: string): void {
    this.#connection.mount.guard?.(operation, path);
  }

  /** Checkpoints and closes; the database cannot be used after it. Closing again does nothing. */
  close(): void {
    if (this.#inTransaction) throw new DatabaseError('sql', 'A database cannot be closed inside a transaction.');
    this.#connection.close();
  }

  /**
   * Closes without another write, for an owner that lost its lock: the file is another process's now. An open
   * transaction is lost; what was committed is in the log and its new owner reads it.
   */
  abandon(): void {
    this.#connection.mount.readOnly = true;
    this.#inTransaction = false;
    this.#connection.close();
  }

  /** One use of the connection, in a transaction or by itself. */
  #perform<T>(work: () => T): T {
    this.#throwFailure();
    const logWrites = this.#connection.mount.logWrites;
    let result: T;
    try {
      result = work();
    } catch (error) {
      if (this.#inTransaction && endsTransaction(error)) this.#failure = error;
      throw error;
    }
    if (!this.#inTransaction) this.#notifyIfWritten(logWrites);
    return result;
  }

  #join<T>(work: () => T): T {
    try {
      return this.#synchronous(work);
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
  }

  #synchronous<T>(work: () => T): T {
    const result = work();
    if (result instanceof Promise) {
      result.catch(() => undefined); // its failure is beside the point: nothing of it is kept
      throw new DatabaseError('sql', 'The work of a transaction must be synchronous.');
    }
    return result;
  }

  #throwFailure(): void {
    if (this.#failure === undefined) return;
    const reason = this.#failure instanceof DatabaseError ? this.#failure.reason : 'sql';
    const said = this.#failure instanceof Error ? `: ${this.#failure.message}` : '.';
    throw new DatabaseError(reason, `The transaction has failed already${said}`, this.#failure);
  }

  #rollBack(): void {
    this.#failure = undefined;
    if (!this.#inTransaction) return; // abandoned
    this.#inTransaction = false;
    try {
      this.#connection.run('ROLLBACK', []);
    } catch {
      // SQLite has rolled back already, as it does when the disk is full or fails.
    }
    notify(this.#rollbackListeners);
  }

  #notifyIfWritten(logWritesBefore: number): void {
    if (this.#connection.mount.logWrites > logWritesBefore) notify(this.#commitListeners);
  }
}

/** Errors at which SQLite may roll back by itself; a statement after one would be committed alone. */
function endsTransaction(error: unknown): boolean {
  return error instanceof DatabaseError && error.reason !== 'constraint' && error.reason !== 'sql';
}

function subscribe(listeners: Set<Listener>, listener: Listener): { dispose(): void } {
  // A new function each time: subscribing the same one twice makes two subscriptions.
  const own = (): void => listener();
  listeners.add(own);
  return { dispose: () => void listeners.delete(own) };
}

/** The commit has happened: a listener that fails is reported as uncaught and spoils nothing for the writer or others. */
function notify(listeners: ReadonlySet<Listener>): void {
  for (const listener of [...listeners]) {
    try {
      listener();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

export interface OpenOptions {
  readonly migrations: readonly Migration[];
  /** Marks the file as ours (PRAGMA application_id), a positive 32-bit integer. */
  readonly applicationId: number;
  /** Path of sql-wasm.wasm; by default beside the running bundle, else in node_modules. */
  readonly wasm?: string;
  /** Asked before each operation on the disk; what it throws refuses it. The engine passes the check of its lock. */
  readonly guard?: DiskGuard;
  /** A page was met that makes no sense or that the disk does not give; the operation that met it throws. */
  readonly onDamaged?: (how: HowDamaged) => void;
}

/**
 * Opens the database file, creates it if there is none, and brings its schema up to date. The caller holds the lock
 * (lock.ts): two processes on one file would destroy it.
 *
 * A file that is not ours to change is refused and left as it is, byte for byte: DatabaseError `damaged`, `foreign`,
 * `newer`; `locked` if this thread has it open already; `io` or `full` if the disk fails.
 */
export async function openDatabase(file: string, options: OpenOptions): Promise<Database> {
  checkNumbering(options.migrations);
  const sqlJs = await loadSqlJs(options.wasm);
  const connection = openFile(sqlJs, file, {
    applicationId: options.applicationId,
    newestVersion: options.migrations.length,
    guard: options.guard,
  });
  const database = new Database(connection);
  try {
    migrate(database, options.migrations);
    connection.onDamaged = options.onDamaged;
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
