import { closeSync, fstatSync, openSync, type PathLike } from 'node:fs';

/**
 * A block that the disk does not give any more, on one file, whatever that is called by now. For `vi.mock('node:fs')`:
 * `readSync` of the product goes through `reading`.
 */
export const badBlock = {
  inode: null as number | null,
  at: 0,
  bytes: 0,
  /** How often it is not given, before it is. */
  times: Infinity,
};

export function breakBlock(file: PathLike, at: number, bytes: number, times = Infinity): void {
  const descriptor = openSync(file, 'r');
  Object.assign(badBlock, { inode: fstatSync(descriptor).ino, at, bytes, times });
  closeSync(descriptor);
}

export function mendBlock(): void {
  badBlock.inode = null;
}

/** As the kernel answers: what stands before the block is given, a read that begins in it fails. */
export function reading<R extends (fd: number, buffer: NodeJS.ArrayBufferView, ...rest: never[]) => number>(
  real: R,
): R {
  const read = (
    fd: number,
    buffer: NodeJS.ArrayBufferView,
    offset: number,
    length: number,
    position: number,
  ): number => {
    const given = real as unknown as (...args: unknown[]) => number;
    const { inode, at, bytes, times } = badBlock;
    const touches = position < at + bytes && position + length > at;
    if (inode === null || times === 0 || !touches || fstatSync(fd).ino !== inode)
      return given(fd, buffer, offset, length, position);
    if (position < at) return given(fd, buffer, offset, at - position, position);
    badBlock.times -= 1;
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  };
  return read as unknown as R;
}
