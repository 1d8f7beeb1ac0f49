/**
 * Gives stock sql.js real files.
 *
 * sql.js is SQLite compiled to WebAssembly. It knows only files in memory, and the way it offers to keep a database,
 * `export()`, writes all of it each time and loses what came since in a crash. But SQLite reaches files only through a
 * struct of function pointers, the `sqlite3_vfs` (https://sqlite.org/vfs.html), whose layout is public. So the struct
 * is looked up in memory and four of its functions are replaced by ours, which read, write and sync with `node:fs`.
 * SQLite then does what it does everywhere: pages, a write-ahead log, recovery after a crash.
 *
 * Our files have virtual names (`/mailpane-file/1`, `/mailpane-file/1-wal`), mounted on real paths. Every other name goes
 * to the original functions, so that temporary files and databases in memory stay what they are in sql.js.
 */
import { realpathSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseError } from './database-error';
import { findBuiltInVfs, VFS_FIELD } from './vfs/built-in-vfs';
import type { Heap } from './vfs/heap';
import { ioMethods, type AddFunction, type Callback } from './vfs/io-methods';
import type { DiskGuard, Mount } from './vfs/mount';
import { openFile, syncDirectoryOf, type OpenFile } from './vfs/open-files';
import { OPEN, RESULT, resultOf } from './vfs/result-codes';

const PREFIX = '/mailpane-file/';

/** What of the WebAssembly instance the file system needs. */
export interface Instance {
  readonly heap: Heap;
  readonly table: WebAssembly.Table;
  addFunction: AddFunction;
  /** C's malloc: the address of so many bytes, never freed here, since SQLite keeps them as long as the process lives. */
  allocate: (bytes: number) => number;
}

type Original = (...args: number[]) => number;

export class FileVfs {
  readonly #heap: Heap;
  readonly #files = new Map<number, OpenFile>();
  readonly #mounts = new Map<string, Mount>();
  readonly #methods: number;
  #nextId = 1;
  /** The mount that the next unknown name stands for: sql.js makes up a name of its own for each database it opens. */
  #opening: Mount | undefined;

  /** Replaces the functions; throws DatabaseError `unsupported` if they are not found. */
  constructor({ heap, table, addFunction, allocate }: Instance) {
    this.#heap = heap;
    const vfs = findBuiltInVfs(heap, table);
    const pointers = ioMethods(addFunction, heap, this.#files);
    this.#methods = allocate(4 * (1 + pointers.length));
    [1, ...pointers].forEach((value, index) => heap.setInt(this.#methods + 4 * index, value));

    const original = (field: number): Original => table.get(heap.int(vfs + field)) as Original;
    const { xOpen, xDelete, xAccess, xFullPathname } = VFS_FIELD;
    const before = {
      open: original(xOpen),
      delete: original(xDelete),
      access: original(xAccess),
      fullPathname: original(xFullPathname),
    };
    const replace = (field: number, callback: Callback, signature: string): void =>
      heap.setInt(vfs + field, addFunction(callback, signature));

    // Each of ours answers `undefined` for a name that is not its own.
    replace(
      xOpen,
      (self: number, name: number, file: number, flags: number, out: number) =>
        this.#open(name, file, flags, out) ?? before.open(self, name, file, flags, out),
      'iiiiii',
    );
    replace(
      xDelete,
      (self: number, name: number, sync: number) => this.#delete(name, sync) ?? before.delete(self, name, sync),
      'iiii',
    );
    replace(
      xAccess,
      (self: number, name: number, flags: number, out: number) =>
        this.#access(name, out) ?? before.access(self, name, flags, out),
      'iiiii',
    );
    replace(
      xFullPathname,
      (self: number, name: number, size: number, out: number) =>
        this.#fullPathname(name, size, out) ?? before.fullPathname(self, name, size, out),
      'iiiii',
    );
  }

  /**
   * Makes a real file known to SQLite; it need not exist yet. One connection at a time may have it, because SQLite's
   * locks are off: throws DatabaseError `locked` if it is mounted already.
   */
  mount(file: string, options: { readOnly: boolean; guard?: DiskGuard | undefined }): Mount {
    const path = canonicalPath(file);
    for (const mount of this.#mounts.values()) {
      if (mount.path === path) throw new DatabaseError('locked', `The database ${path} is open already.`);
    }
    const mount: Mount = {
      virtualName: `${PREFIX}${this.#nextId++}`,
      path,
      readOnly: options.readOnly,
      guard: options.guard,
      stats: { reads: 0, writes: 0, bytesWritten: 0, syncs: 0 },
      logWrites: 0,
      opened: false,
      lastError: undefined,
      readFailed: false,
    };
    this.#mounts.set(mount.virtualName, mount);
    return mount;
  }

  unmount(mount: Mount): void {
    this.#mounts.delete(mount.virtualName);
  }

  /** Runs `open`, which has sql.js open a database of any name: SQLite gets the mounted file instead. */
  opening<T>(mount: Mount, open: () => T): T {
    this.#opening = mount;
    try {
      return open();
    } finally {
      this.#opening = undefined;
    }
  }

  /** The mount and the real path of a virtual name; undefined if the name is not one of ours. */
  #resolve(nameAddress: number): { mount: Mount; path: string } | undefined {
    if (nameAddress === 0) return undefined; // a temporary file
    const name = this.#heap.string(nameAddress);
    if (!name.startsWith(PREFIX)) return undefined;
    const [virtualName = '', suffix = ''] = name.split(/(?<=\/\d+)(?!\d)/);
    const mount = this.#mounts.get(virtualName);
    return mount && { mount, path: mount.path + suffix };
  }

  #open(name: number, file: number, flags: number, outFlags: number): number | undefined {
    const known = this.#resolve(name);
    if (!known) return undefined;
    const { mount, path } = known;
    // SQLite closes a file that failed to open only if its methods are set.
    this.#heap.setInt(file, 0);
    try {
      this.#files.set(file, openFile(mount, path, flags));
    } catch (error) {
      mount.lastError = error;
      return resultOf(error, RESULT.CANTOPEN);
    }
    if (flags & OPEN.MAIN_DB) mount.opened = true;
    this.#heap.setInt(file, this.#methods);
    if (outFlags !== 0) this.#heap.setInt(outFlags, flags);
    return RESULT.OK;
  }

  #delete(name: number, syncDirectory: number): number | undefined {
    const known = this.#resolve(name);
    if (!known) return undefined;
    const { mount, path } = known;
    if (mount.readOnly) return RESULT.OK;
    try {
      mount.guard?.('delete', path);
      unlinkSync(path);
      if (syncDirectory) syncDirectoryOf(path);
      return RESULT.OK;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return RESULT.IOERR_DELETE_NOENT;
      mount.lastError = error;
      return resultOf(error, RESULT.IOERR_DELETE);
    }
  }

  #access(name: number, out: number): number | undefined {
    const known = this.#resolve(name);
    if (!known) return undefined;
    const { mount, path } = known;
    // Replaying a left-over rollback journal would write; a read-only look passes it by.
    const hidden = mount.readOnly && path === `${mount.path}-journal`;
    // SQLite takes an empty log or journal for none, as os_unix.c does.
    this.#heap.setInt(out, !hidden && isNonEmpty(path) ? 1 : 0);
    return RESULT.OK;
  }

  #fullPathname(name: number, capacity: number, out: number): number | undefined {
    const virtualName = this.#heap.string(name);
    if (virtualName.startsWith(PREFIX)) {
      return this.#heap.setString(out, capacity, virtualName) ? RESULT.OK : RESULT.CANTOPEN;
    }
    if (!this.#opening) return undefined;
    return this.#heap.setString(out, capacity, this.#opening.virtualName) ? RESULT.OK : RESULT.CANTOPEN;
  }
}

/** One name for one file, whatever links lead to it. The file need not exist, its directory must. */
function canonicalPath(file: string): string {
  const path = resolve(file);
  try {
    return realpathSync(path);
  } catch {
    return join(realpathSync(dirname(path)), basename(path));
  }
}

function isNonEmpty(path: string): boolean {
  try {
    return statSync(path).size > 0;
  } catch {
    return false; // whoever opens it next gets the error, if there is one
  }
}
