import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import type { Heap } from './heap';
import { syncDirectoryOf, type OpenFile } from './open-files';
import { RESULT, resultOf, SYNC_DATAONLY } from './result-codes';

/** A function that C calls: every argument a 32-bit integer or a pointer, but for 64-bit offsets, which are bigint. */
export type Callback = (...args: never[]) => number;

/** Makes a C function pointer of a callback; the signature is Emscripten's: result, then arguments, i = 32, j = 64 bit. */
export type AddFunction = (callback: Callback, signature: string) => number;

/**
 * The `sqlite3_io_methods` of version 1 (no shared memory, no mapping), in the order of the C struct: what SQLite does
 * with an open file, on the real file system. `files` maps the address of a `sqlite3_file` to the file. A callback
 * never throws: an exception would unwind C frames that hold locks and memory.
 *
 * @returns the function pointers that follow `iVersion` in the struct
 */
export function ioMethods(addFunction: AddFunction, heap: Heap, files: Map<number, OpenFile>): number[] {
  /** Runs one operation on an open file; a failure is remembered for the message and becomes a result code. */
  function onFile(address: number, otherwise: number, work: (file: OpenFile) => number): number {
    const file = files.get(address);
    if (!file) return otherwise;
    try {
      return work(file);
    } catch (error) {
      file.mount.lastError = error;
      file.mount.readFailed = otherwise === RESULT.IOERR_READ;
      return resultOf(error, otherwise);
    }
  }

  const xClose = (address: number): number =>
    onFile(address, RESULT.IOERR_CLOSE, (file) => {
      files.delete(address);
      if (file.descriptor !== undefined) closeSync(file.descriptor);
      if (file.deleteOnClose) unlinkSync(file.path);
      return RESULT.OK;
    });

  const xRead = (address: number, buffer: number, length: number, offset: bigint): number =>
    onFile(address, RESULT.IOERR_READ, (file) => {
      file.mount.stats.reads++;
      file.mount.guard?.('read', file.path);
      const bytes = heap.bytes;
      const start = Number(offset);
      let done = 0;
      while (done < length && file.descriptor !== undefined) {
        const count = readSync(file.descriptor, bytes, buffer + done, length - done, start + done);
        if (count === 0) break;
        done += count;
      }
      if (done === length) return RESULT.OK;
      // SQLite demands zeros for what lies beyond the end of the file.
      bytes.fill(0, buffer + done, buffer + length);
      return RESULT.IOERR_SHORT_READ;
    });

  const xWrite = (address: number, buffer: number, length: number, offset: bigint): number =>
    onFile(address, RESULT.IOERR_WRITE, (file) => {
      if (file.mount.readOnly || file.descriptor === undefined) return RESULT.READONLY;
      file.mount.guard?.('write', file.path);
      const bytes = heap.bytes;
      const start = Number(offset);
      let done = 0;
      while (done < length) {
        done += writeSync(file.descriptor, bytes, buffer + done, length - done, start + done);
      }
      file.mount.stats.writes++;
      file.mount.stats.bytesWritten += length;
      if (file.isLog) file.mount.logWrites++;
      return RESULT.OK;
    });

  const xTruncate = (address: number, size: bigint): number =>
    onFile(address, RESULT.IOERR_TRUNCATE, (file) => {
      if (file.mount.readOnly || file.descriptor === undefined) return RESULT.READONLY;
      file.mount.guard?.('truncate', file.path);
      ftruncateSync(file.descriptor, Number(size));
      return RESULT.OK;
    });

  const xSync = (address: number, flags: number): number =>
    onFile(address, RESULT.IOERR_FSYNC, (file) => {
      if (file.mount.readOnly || file.descriptor === undefined) return RESULT.OK;
      file.mount.guard?.('sync', file.path);
      file.mount.stats.syncs++;
      if (flags & SYNC_DATAONLY) fdatasyncSync(file.descriptor);
      else fsyncSync(file.descriptor);
      if (file.entryUnsynced) {
        syncDirectoryOf(file.path);
        file.entryUnsynced = false;
      }
      return RESULT.OK;
    });

  const xFileSize = (address: number, out: number): number =>
    onFile(address, RESULT.IOERR_FSTAT, (file) => {
      heap.setInt64(out, file.descriptor === undefined ? 0 : fstatSync(file.descriptor).size);
      return RESULT.OK;
    });

  // One process owns the file (lock.ts), and within it a file is mounted once: SQLite's own locks have nothing to do.
  const unlocked = (): number => RESULT.OK;
  const xCheckReservedLock = (_address: number, out: number): number => {
    heap.setInt(out, 0);
    return RESULT.OK;
  };
  const xFileControl = (): number => RESULT.NOTFOUND;
  const xSectorSize = (): number => 4096;
  // SQLITE_IOCAP_POWERSAFE_OVERWRITE, which os_unix.c claims as well: a write never damages the bytes beside it.
  const xDeviceCharacteristics = (): number => 0x1000;

  return [
    addFunction(xClose, 'ii'),
    addFunction(xRead, 'iiiij'),
    addFunction(xWrite, 'iiiij'),
    addFunction(xTruncate, 'iij'),
    addFunction(xSync, 'iii'),
    addFunction(xFileSize, 'iii'),
    addFunction(unlocked, 'iii'), // xLock
    addFunction(unlocked, 'iii'), // xUnlock
    addFunction(xCheckReservedLock, 'iii'),
    addFunction(xFileControl, 'iiii'),
    addFunction(xSectorSize, 'ii'),
    addFunction(xDeviceCharacteristics, 'ii'),
  ];
}
