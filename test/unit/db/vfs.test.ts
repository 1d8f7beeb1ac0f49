import { describe, expect, it } from 'vitest';
import { findBuiltInVfs, VFS_FIELD } from '../../../src/db/vfs/built-in-vfs';
import { Heap } from '../../../src/db/vfs/heap';
import { reasonOf, RESULT, resultOf } from '../../../src/db/vfs/result-codes';

const NAME_ADDRESS = 1001;
const unsupported = expect.objectContaining({ reason: 'unsupported' }) as Error;

/** A function of WebAssembly, which alone may stand in a table: the smallest module that exports one. */
function anyFunction(): unknown {
  const module = Uint8Array.of(
    0,
    97,
    115,
    109,
    1,
    0,
    0,
    0,
    1,
    4,
    1,
    96,
    0,
    0,
    3,
    2,
    1,
    0,
    7,
    5,
    1,
    1,
    102,
    0,
    0,
    10,
    4,
    1,
    2,
    0,
    11,
  );
  return new WebAssembly.Instance(new WebAssembly.Module(module)).exports.f;
}

function memoryWith(...addresses: number[]): { heap: Heap; table: WebAssembly.Table } {
  const heap = new Heap(new WebAssembly.Memory({ initial: 32 }));
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: 10 });
  table.set(5, anyFunction());
  heap.bytes.set(Buffer.from('\0unix\0'), NAME_ADDRESS - 1);
  for (const address of addresses) {
    heap.setInt(address + VFS_FIELD.iVersion, 3);
    heap.setInt(address + VFS_FIELD.szOsFile, 52);
    heap.setInt(address + VFS_FIELD.mxPathname, 512);
    heap.setInt(address + VFS_FIELD.zName, NAME_ADDRESS);
    for (const field of ['xOpen', 'xDelete', 'xAccess', 'xFullPathname'] as const) {
      heap.setInt(address + VFS_FIELD[field], 5);
    }
  }
  return { heap, table };
}

describe("SQLite's built-in file system in memory", () => {
  it('is found where it is', () => {
    const { heap, table } = memoryWith(70_512);
    expect(findBuiltInVfs(heap, table)).toBe(70_512);
  });

  it('is refused if nothing looks like it', () => {
    const { heap, table } = memoryWith();
    expect(() => findBuiltInVfs(heap, table)).toThrow(unsupported);
  });

  it('is refused if two places look like it', () => {
    const { heap, table } = memoryWith(70_512, 80_000);
    expect(() => findBuiltInVfs(heap, table)).toThrow(unsupported);
  });

  it.each([
    ['its name is another', VFS_FIELD.zName, 4],
    ['its version is unknown', VFS_FIELD.iVersion, 4],
    ['a pointer is null', VFS_FIELD.xDelete, 0],
    ['a pointer points to no function', VFS_FIELD.xOpen, 6],
    ['a pointer points beyond the table', VFS_FIELD.xAccess, 10],
  ])('is refused if %s', (_, field, value) => {
    const { heap, table } = memoryWith(70_512);
    heap.setInt(70_512 + field, value);
    expect(() => findBuiltInVfs(heap, table)).toThrow(unsupported);
  });
});

describe('the heap', () => {
  it('is read afresh after the memory grew', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const heap = new Heap(memory);
    heap.setInt(100, 42);
    memory.grow(1);
    expect([heap.int(100), heap.bytes.length]).toEqual([42, 2 * 65_536]);
    heap.setInt64(100, 2 ** 40);
    expect(heap.view.getBigInt64(100, true)).toBe(2n ** 40n);
  });

  it('holds C strings, and refuses one that does not fit', () => {
    const heap = new Heap(new WebAssembly.Memory({ initial: 1 }));
    expect(heap.setString(8, 4, 'äb')).toBe(true);
    expect(heap.string(8)).toBe('äb');
    expect(heap.setString(8, 4, 'long')).toBe(false);
    expect(heap.string(8)).toBe('äb');
  });
});

describe('result codes', () => {
  it.each([
    [RESULT.NOTADB, 'damaged'],
    [RESULT.CORRUPT | (1 << 8), 'damaged'],
    [RESULT.IOERR_SHORT_READ, 'io'],
    [RESULT.FULL, 'full'],
    [RESULT.BUSY, 'locked'],
    [RESULT.CONSTRAINT | (8 << 8), 'constraint'],
    [1, 'sql'],
  ])('%i is %s', (code, reason) => expect(reasonOf(code)).toBe(reason));

  it('a full disk is FULL at whatever operation', () => {
    expect(resultOf(Object.assign(new Error('no space'), { code: 'ENOSPC' }), RESULT.IOERR_WRITE)).toBe(RESULT.FULL);
    expect(resultOf(new Error('other'), RESULT.IOERR_WRITE)).toBe(RESULT.IOERR_WRITE);
    expect(resultOf('no error at all', RESULT.IOERR_WRITE)).toBe(RESULT.IOERR_WRITE);
  });
});
