import type { DiskGuard } from '../../src/db/vfs/mount';

const writing = new Set(['write', 'truncate', 'sync', 'delete']);

/** A disk that is full, or that dies with the process: what the database's guard can do (`DiskGuard`). */
export class FuzzDisk {
  private state: 'well' | 'full' | 'dead' = 'well';
  private left = Infinity;
  /** Writing operations since the last `mend`. */
  operations = 0;

  readonly guard: DiskGuard = (operation) => {
    if (this.state === 'dead') throw failure('EIO');
    if (!writing.has(operation)) return;
    this.operations += 1;
    if (this.operations > this.left) {
      this.state = 'dead';
      throw failure('EIO');
    }
    if (this.state === 'full' && operation === 'write') throw failure('ENOSPC');
  };

  /** Also from the grave: the next process finds a disk that works. */
  mend(): void {
    this.state = 'well';
    this.left = Infinity;
    this.operations = 0;
  }

  fill(): void {
    if (this.state === 'well') this.state = 'full';
  }

  empty(): void {
    if (this.state === 'full') this.state = 'well';
  }

  die(): void {
    this.state = 'dead';
  }

  /** After so many more operations that write, each one fails, and reading too: the process is as good as killed. */
  dieAfter(operations: number): void {
    this.left = this.operations + operations;
  }

  get isDead(): boolean {
    return this.state === 'dead';
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: on cue`), { code });
}
