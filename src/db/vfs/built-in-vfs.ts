import { DatabaseError } from '../database-error';
import type { Heap } from './heap';

/**
 * The fields of `sqlite3_vfs` that we use, as byte offsets on a 32-bit machine. The layout is public and never changes
 * (https://sqlite.org/c3ref/vfs.html):
 *
 *     int iVersion; int szOsFile; int mxPathname; sqlite3_vfs *pNext; const char *zName; void *pAppData;
 *     int (*xOpen)(…); int (*xDelete)(…); int (*xAccess)(…); int (*xFullPathname)(…); …
 */
export const VFS_FIELD = {
  iVersion: 0,
  szOsFile: 4,
  mxPathname: 8,
  zName: 16,
  xOpen: 24,
  xDelete: 28,
  xAccess: 32,
  xFullPathname: 36,
} as const;

/** The struct is static data, which the linker puts at the start; the rest of the 16 MB heap is not worth a look. */
const SEARCHED_BYTES = 1 << 20;
/** MAX_PATHNAME in os_unix.c */
const MAX_PATHNAME = 512;

/**
 * The address of SQLite's built-in `unix` file system, which sql.js compiles in but does not export. Its functions can
 * be replaced like in any C program, once it is found. If not exactly one place in memory looks like it, this is not
 * the sql.js we know, and guessing would overwrite memory: DatabaseError `unsupported`.
 */
export function findBuiltInVfs(heap: Heap, table: WebAssembly.Table): number {
  const end = Math.min(heap.bytes.length, SEARCHED_BYTES);
  const names = addressesOf(heap, '\0unix\0', end).map((address) => address + 1);
  const found: number[] = [];
  for (let address = 0; address + VFS_FIELD.xFullPathname < end; address += 4) {
    if (heap.int(address + VFS_FIELD.mxPathname) !== MAX_PATHNAME) continue;
    if (names.includes(heap.int(address + VFS_FIELD.zName)) && looksLikeVfs(heap, table, address)) found.push(address);
  }
  const [address] = found;
  if (address === undefined || found.length > 1) {
    throw new DatabaseError(
      'unsupported',
      `This build of sql.js cannot store files: its file system was found ${found.length} times instead of once.`,
    );
  }
  return address;
}

function looksLikeVfs(heap: Heap, table: WebAssembly.Table, address: number): boolean {
  const version = heap.int(address + VFS_FIELD.iVersion);
  const fileSize = heap.int(address + VFS_FIELD.szOsFile);
  if (version < 1 || version > 3 || fileSize < 16 || fileSize > 4096) return false;
  return [VFS_FIELD.xOpen, VFS_FIELD.xDelete, VFS_FIELD.xAccess, VFS_FIELD.xFullPathname].every((field) => {
    const index = heap.int(address + field);
    return index > 0 && index < table.length && typeof table.get(index) === 'function';
  });
}

function addressesOf(heap: Heap, text: string, end: number): number[] {
  const memory = Buffer.from(heap.bytes.buffer, 0, end);
  const found: number[] = [];
  for (let at = memory.indexOf(text, 0, 'latin1'); at >= 0; at = memory.indexOf(text, at + 1, 'latin1')) found.push(at);
  return found;
}
