import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** https://sqlite.org/fileformat.html#the_write_ahead_log */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;
/** The last bit of the magic number: the checksums read the log as big-endian words. */
const BIG_ENDIAN = 1;

/** What the committed part of a write-ahead log holds. */
export interface LogFrames {
  /** Page number → where its newest committed content stands in the log. */
  readonly pages: ReadonlyMap<number, number>;
  /** Pages of the database after the last commit; null: nothing is committed in the log. */
  readonly pageCount: number | null;
}

const nothing: LogFrames = { pages: new Map(), pageCount: null };

type Sums = readonly [number, number];

/** https://sqlite.org/fileformat.html#checksum_algorithm */
function checksum(bytes: Buffer, isBigEndian: boolean, [first, second]: Sums): Sums {
  let [one, two] = [first, second];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const [a, b] = isBigEndian
      ? [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
      : [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    one = (one + a + two) >>> 0;
    two = (two + b + one) >>> 0;
  }
  return [one, two];
}

const sumsAt = (bytes: Buffer, at: number): Sums => [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
const isSame = (a: Sums, b: Sums): boolean => a[0] === b[0] && a[1] === b[1];

function isWholeHeader(header: Buffer): boolean {
  if (header.length < HEADER_BYTES || (header.readUInt32BE(0) & ~BIG_ENDIAN) >>> 0 !== MAGIC) return false;
  const isBigEndian = (header.readUInt32BE(0) & BIG_ENDIAN) !== 0;
  return isSame(checksum(header.subarray(0, 24), isBigEndian, [0, 0]), sumsAt(header, 24));
}

/**
 * Whether a log is there whose first bytes are garbage. SQLite takes such a log for none, and what was committed there
 * would be missing without a word. One of zeros is what a power loss leaves of a log that nothing was committed to.
 */
export function isLogDestroyed(file: string): boolean {
  const log = open(file);
  if (log === null) return false;
  try {
    const header = read(log.descriptor, 0, HEADER_BYTES);
    return log.size > HEADER_BYTES && header.some((byte) => byte !== 0) && !isWholeHeader(header);
  } finally {
    closeSync(log.descriptor);
  }
}

/**
 * Reads a log as SQLite's recovery does: up to the last commit before the first frame that is not whole. Where the header
 * is destroyed, the chain of checksums is taken up at the first frame instead.
 */
export function readLogFrames(file: string, pageSize: number): LogFrames {
  const log = open(file);
  if (log === null) return nothing;
  try {
    const header = read(log.descriptor, 0, HEADER_BYTES);
    if (isWholeHeader(header)) {
      if (header.readUInt32BE(8) !== pageSize) return nothing;
      const isBigEndian = (header.readUInt32BE(0) & BIG_ENDIAN) !== 0;
      return walk(log, pageSize, { isBigEndian, salts: sumsAt(header, 16), sums: sumsAt(header, 24) });
    }
    const [little, big] = [false, true].map((isBigEndian) =>
      walk(log, pageSize, { isBigEndian, salts: null, sums: null }),
    );
    return (little?.pages.size ?? 0) >= (big?.pages.size ?? 0) ? (little ?? nothing) : (big ?? nothing);
  } finally {
    closeSync(log.descriptor);
  }
}

/** `salts` and `sums` null: those of the first frame are believed. */
interface Chain {
  readonly isBigEndian: boolean;
  readonly salts: Sums | null;
  readonly sums: Sums | null;
}

function walk(log: { descriptor: number; size: number }, pageSize: number, chain: Chain): LogFrames {
  let { salts, sums } = chain;
  const pages = new Map<number, number>();
  let uncommitted = new Map<number, number>();
  let pageCount: number | null = null;
  const frameBytes = FRAME_HEADER_BYTES + pageSize;
  for (let at = HEADER_BYTES; at + frameBytes <= log.size; at += frameBytes) {
    const frame = read(log.descriptor, at, frameBytes);
    if (frame.length < frameBytes) break;
    const stored = sumsAt(frame, 16);
    salts ??= sumsAt(frame, 8);
    if (!isSame(sumsAt(frame, 8), salts)) break;
    if (sums !== null) {
      const ofHeader = checksum(frame.subarray(0, 8), chain.isBigEndian, sums);
      if (!isSame(checksum(frame.subarray(FRAME_HEADER_BYTES), chain.isBigEndian, ofHeader), stored)) break;
    }
    sums = stored;
    uncommitted.set(frame.readUInt32BE(0), at + FRAME_HEADER_BYTES);
    const committedCount = frame.readUInt32BE(4);
    if (committedCount === 0) continue;
    for (const [page, offset] of uncommitted) pages.set(page, offset);
    uncommitted = new Map();
    pageCount = committedCount;
  }
  return { pages, pageCount };
}

function open(file: string): { descriptor: number; size: number } | null {
  try {
    const descriptor = openSync(file, 'r');
    return { descriptor, size: fstatSync(descriptor).size };
  } catch {
    return null;
  }
}

function read(descriptor: number, at: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  return buffer.subarray(0, readSync(descriptor, buffer, 0, bytes, at));
}
