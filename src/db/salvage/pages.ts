import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { PAGE_SIZE } from '../open-file';
import type { DiskGuard } from '../vfs/mount';
import { readLogFrames } from './log-frames';

/** Read from the file at a time. */
const CHUNK_PAGES = 512;

/**
 * The pages of a database file as its last commit left them, its log included. Read without SQLite, which gives a table
 * up at the first page that makes no sense. Pages are numbered from 1.
 */
export interface Pages {
  readonly pageSize: number;
  readonly count: number;
  /** Undefined: the file ends before it, or the disk does not give it. A page that is cut short ends in zeros. */
  page(number: number): Buffer | undefined;
  close(): void;
}

/** The file may be missing, if its log is there. */
export function openPages(file: string, guard?: DiskGuard): Pages {
  const descriptor = existsSync(file) ? openSync(file, 'r') : null;
  const logFile = `${file}-wal`;
  const pageSize = pageSizeOf(descriptor);
  const log = readLogFrames(logFile, pageSize);
  const logDescriptor = log.pages.size > 0 ? openSync(logFile, 'r') : null;
  const pagesInFile = descriptor === null ? 0 : Math.ceil(fstatSync(descriptor).size / pageSize);
  let chunk: { readonly first: number; readonly bytes: Buffer } | null = null;

  const fromFile = (number: number): Buffer | undefined => {
    if (number > pagesInFile) return undefined;
    if (chunk === null || number < chunk.first || number >= chunk.first + CHUNK_PAGES) {
      guard?.('read', file);
      const first = number - ((number - 1) % CHUNK_PAGES);
      chunk = { first, bytes: readAt(descriptor, (first - 1) * pageSize, CHUNK_PAGES * pageSize) };
    }
    const start = (number - chunk.first) * pageSize;
    return chunk.bytes.subarray(start, start + pageSize);
  };

  return {
    pageSize,
    count: log.pageCount ?? pagesInFile,
    page(number) {
      const offset = log.pages.get(number);
      if (offset === undefined || logDescriptor === null) return fromFile(number);
      return readAt(logDescriptor, offset, pageSize);
    },
    close() {
      if (descriptor !== null) closeSync(descriptor);
      if (logDescriptor !== null) closeSync(logDescriptor);
    },
  };
}

/** Of the header; a destroyed one leaves what every database of ours is made with. */
function pageSizeOf(descriptor: number | null): number {
  const size = readAt(descriptor, 16, 2).readUInt16BE(0);
  return size >= 512 && size <= 32_768 && (size & (size - 1)) === 0 ? size : PAGE_SIZE;
}

/** What cannot be read is zeros: of a bad block no more than that block. */
function readAt(descriptor: number | null, at: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let done = 0; descriptor !== null && done < bytes;) {
    try {
      const read = readSync(descriptor, buffer, done, bytes - done, at + done);
      if (read === 0) break;
      done += read;
    } catch {
      done = readSingly(descriptor, buffer, done, at);
    }
  }
  return buffer;
}

/** The rest of the buffer, a page at a time; a page that is not given stays zeros. */
function readSingly(descriptor: number, buffer: Buffer, from: number, at: number): number {
  for (let done = from; done < buffer.length; done += PAGE_SIZE) {
    try {
      readSync(descriptor, buffer, done, Math.min(PAGE_SIZE, buffer.length - done), at + done);
    } catch {
      // A bad block: the rest of the file may still be read.
    }
  }
  return buffer.length;
}
