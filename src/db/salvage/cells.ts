import type { SqlValue } from '../connection';
import type { Pages } from './pages';

/** Kinds of b-tree pages that hold rows (https://sqlite.org/fileformat.html#b_tree_pages). */
const TABLE_LEAF = 0x0d;
const INDEX_LEAF = 0x0a;
const INDEX_INTERIOR = 0x02;

const DATABASE_HEADER_BYTES = 100;

/** A row as it lies in a page. */
export interface Cell {
  /** Null in a table without rowid, whose rows lie in the pages of an index. */
  readonly rowid: number | null;
  /** How many columns are stored; undefined: the row makes no sense. */
  readonly columns: number | undefined;
  /** The columns as stored: a rowid's own column is null. Undefined: the row makes no sense. */
  values(): SqlValue[] | undefined;
}

export type PageKind = 'table' | 'index';

/** What a page holds by its first byte; null: no rows. */
export function kindOf(page: Buffer, number: number): PageKind | null {
  switch (page[headerAt(number)]) {
    case TABLE_LEAF:
      return 'table';
    case INDEX_LEAF:
    case INDEX_INTERIOR:
      return 'index';
    default:
      return null;
  }
}

const headerAt = (number: number): number => (number === 1 ? DATABASE_HEADER_BYTES : 0);

/** The rows of one page of `kindOf`. What lies outside of the page is passed over. */
export function* cellsOf(pages: Pages, page: Buffer, number: number): Generator<Cell> {
  const header = headerAt(number);
  const kind = page[header];
  const pointers = header + (kind === INDEX_INTERIOR ? 12 : 8);
  const count = page.readUInt16BE(header + 3);
  for (let index = 0; index < count; index++) {
    const at = pointers + 2 * index;
    if (at + 2 > page.length) return;
    const start = page.readUInt16BE(at) + (kind === INDEX_INTERIOR ? 4 : 0);
    const cell = readCell(pages, page, start, kind === TABLE_LEAF);
    if (cell !== undefined) yield cell;
  }
}

function readCell(pages: Pages, page: Buffer, start: number, isTable: boolean): Cell | undefined {
  const length = varint(page, start);
  if (length === undefined) return undefined;
  let at = length.end;
  let rowid: number | null = null;
  if (isTable) {
    const key = varint(page, at);
    if (key === undefined) return undefined;
    rowid = key.value;
    at = key.end;
  }
  return {
    rowid,
    get columns() {
      return countColumns(page.subarray(at, at + length.value));
    },
    values() {
      const payload = readPayload(pages, page, at, length.value, isTable);
      return payload && readRecord(payload);
    },
  };
}

/** More than any row of ours: a length beyond it is damage. */
const longestPayload = 16 * 1024 * 1024;

/** https://sqlite.org/fileformat.html#cell_payload_overflow_pages */
function readPayload(pages: Pages, page: Buffer, at: number, length: number, isTable: boolean): Buffer | undefined {
  if (length > longestPayload) return undefined;
  const { pageSize } = pages;
  const most = isTable ? pageSize - 35 : Math.floor(((pageSize - 12) * 64) / 255) - 23;
  const least = Math.floor(((pageSize - 12) * 32) / 255) - 23;
  const fitting = least + ((length - least) % (pageSize - 4));
  const local = length <= most ? length : fitting <= most ? fitting : least;
  if (at + local + (local < length ? 4 : 0) > page.length) return undefined;
  const parts = [page.subarray(at, at + local)];
  let rest = length - local;
  let next = rest > 0 ? page.readUInt32BE(at + local) : 0;
  while (rest > 0) {
    const overflow = next > 0 && next <= pages.count ? pages.page(next) : undefined;
    if (overflow === undefined) return undefined;
    const taken = Math.min(rest, pageSize - 4);
    parts.push(overflow.subarray(4, 4 + taken));
    rest -= taken;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** https://sqlite.org/fileformat.html#record_format */
function readRecord(payload: Buffer): SqlValue[] | undefined {
  const header = varint(payload, 0);
  if (header === undefined || header.value > payload.length) return undefined;
  const values: SqlValue[] = [];
  let at = header.end;
  let body = header.value;
  while (at < header.value) {
    const type = varint(payload, at);
    if (type === undefined) return undefined;
    at = type.end;
    const bytes = bytesOf(type.value);
    if (bytes === undefined || body + bytes > payload.length) return undefined;
    const value = readValue(payload.subarray(body, body + bytes), type.value);
    if (value === undefined) return undefined;
    values.push(value);
    body += bytes;
  }
  return values;
}

function countColumns(payload: Buffer): number | undefined {
  const header = varint(payload, 0);
  let at = header?.end;
  let columns = 0;
  while (header !== undefined && at !== undefined && at < header.value) {
    at = varint(payload, at)?.end;
    columns += 1;
  }
  return at === undefined ? undefined : columns;
}

/** Undefined: SQLite writes no such type. */
function bytesOf(type: number): number | undefined {
  if (type >= 12) return (type - (type % 2 === 0 ? 12 : 13)) / 2;
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type];
}

function readValue(bytes: Buffer, type: number): SqlValue | undefined {
  switch (type) {
    case 0:
      return null;
    case 6:
      return Number(bytes.readBigInt64BE(0));
    case 7:
      return bytes.readDoubleBE(0);
    case 8:
      return 0;
    case 9:
      return 1;
    default:
      if (type < 8) return bytes.readIntBE(0, bytes.length);
  }
  if (type % 2 === 0) return bytes;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** https://sqlite.org/fileformat.html#varint; undefined: it runs out of the page, or is beyond 2^53. */
function varint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return value <= Number.MAX_SAFE_INTEGER ? { value, end: start + index + 1 } : undefined;
  }
  return undefined; // the ninth octet begins beyond 2^53, where no key or length of ours is
}
