import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import initSqlJs, { type Database as RawDatabase, type SqlJsStatic } from 'sql.js';
import { DatabaseError } from './database-error';
import { FileVfs } from './file-vfs';
import { Heap } from './vfs/heap';
import type { AddFunction } from './vfs/io-methods';

export interface SqlJs {
  /** Opens what `vfs` says is to be opened next. */
  openRaw: () => RawDatabase;
  readonly vfs: FileVfs;
}

/** What sql.js exports beside its documented classes: the two helpers of Emscripten for C callbacks and memory. */
type Module = SqlJsStatic & { addFunction?: AddFunction; _malloc?: (bytes: number) => number };

let loading: Promise<SqlJs> | undefined;

/**
 * The one instance of sql.js in this thread, with real files. It must be loaded here and nowhere else: `initSqlJs`
 * remembers its first call, and only that one can be looked into.
 *
 * @param wasm path of sql-wasm.wasm; by default beside the running bundle, else in node_modules
 * @throws DatabaseError `unsupported` if the files cannot be put under this build of sql.js
 */
export function loadSqlJs(wasm?: string): Promise<SqlJs> {
  loading ??= load(wasm).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(wasm = findWasm()): Promise<SqlJs> {
  const binary = await readFile(wasm).catch((error: unknown) => {
    throw new DatabaseError('unsupported', `The database engine ${wasm} cannot be read.`, error);
  });
  const { module, exports } = await instantiate(binary);
  const memory = Object.values(exports).find((value) => value instanceof WebAssembly.Memory);
  const table = Object.values(exports).find((value) => value instanceof WebAssembly.Table);
  if (!memory || !table || !module.addFunction || !module._malloc) {
    throw new DatabaseError('unsupported', 'This build of sql.js does not export its memory and functions.');
  }
  const vfs = new FileVfs({
    heap: new Heap(memory),
    table,
    addFunction: module.addFunction,
    allocate: module._malloc,
  });
  return { openRaw: () => new module.Database(new Uint8Array(0)), vfs };
}

/** Starts sql.js and keeps the exports of the WebAssembly instance, which it does not hand out itself. */
async function instantiate(binary: Uint8Array<ArrayBuffer>): Promise<{ module: Module; exports: WebAssembly.Exports }> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void =>
      reject(new DatabaseError('unsupported', 'The database engine sql.js does not start.', error));
    let exports: WebAssembly.Exports = {};
    initSqlJs({
      instantiateWasm: (imports, done) => {
        WebAssembly.instantiate(binary, imports).then(({ instance }) => {
          exports = instance.exports;
          done(instance);
        }, fail);
        return {}; // Emscripten's way to say: asynchronously
      },
    }).then((module) => resolve({ module, exports }), fail);
  });
}

/** The build copies the file beside the bundle; in the sources it is where the package manager put it. */
function findWasm(): string {
  const beside = join(__dirname, 'sql-wasm.wasm');
  if (existsSync(beside)) return beside;
  try {
    return createRequire(__filename).resolve('sql.js/dist/sql-wasm.wasm');
  } catch (error) {
    throw new DatabaseError(
      'unsupported',
      `The database engine ${beside} is missing. Install the program again.`,
      error,
    );
  }
}
