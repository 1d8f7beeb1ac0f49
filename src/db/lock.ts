import * as fs from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock as lockDirectory } from 'proper-lockfile';
import { DatabaseError } from './database-error';

export interface Lock {
  /** Lets another process have it at once. Releasing a lock that is lost or released does nothing. */
  release: () => Promise<void>;
  /**
   * True as long as no other process can have taken over. Asked before each write, it is right even in the first
   * moment after the machine slept, when no timer has run yet: a heartbeat that is overdue means the lock is lost.
   */
  readonly held: boolean;
}

export interface LockOptions {
  /** Called once if the lock is lost: another process took it, or its file cannot be kept alive. */
  readonly onLost: (error: Error) => void;
  /** Milliseconds without a heartbeat after which others may take over; at least 2000. */
  readonly stale?: number;
  /** Milliseconds between heartbeats; at least 1000, at most half of `stale`. */
  readonly update?: number;
}

const STALE = 10_000;
const UPDATE = 2_000;
/** How long a process that takes over from a dead one waits to see whether another did the same. */
const SETTLE = 300;

/**
 * Makes this process the owner of `file` (which need not exist): a directory `<file>.lock` whose time is renewed while
 * the owner lives. It works on every file system and ends with the process, however that dies.
 *
 * @throws DatabaseError `locked` if another owner lives, `io` if the lock cannot be created
 */
export async function acquireLock(file: string, options: LockOptions): Promise<Lock> {
  const { stale = STALE, update = UPDATE } = options;
  const lockPath = `${file}.lock`;
  const takesOver = await makeReady(file, lockPath);

  let lost = false;
  let lastBeat = Date.now();
  const lose = (error: Error): void => {
    if (lost) return;
    lost = true;
    options.onLost(new DatabaseError('locked', `The lock on ${file} was lost: another window may own it.`, error));
  };
  const release = await lockDirectory(file, {
    stale,
    update,
    realpath: false,
    onCompromised: lose,
    fs: fileSystem(
      (time) => (lastBeat = time),
      () => lost,
    ),
  }).catch((error: unknown) => {
    throw asDatabaseError(error, file);
  });

  if (takesOver && !(await isStillOwn(lockPath))) {
    lost = true;
    throw new DatabaseError('locked', `The database ${file} was taken by another window.`);
  }
  return {
    get held() {
      return !lost && Date.now() - lastBeat < Math.max(stale, 2000);
    },
    async release() {
      if (lost) return;
      lost = true;
      await release().catch((error: unknown) => {
        throw asDatabaseError(error, file);
      });
    },
  };
}

/** Creates the directory of the file; true if a lock, living or left behind, is there. */
async function makeReady(file: string, lockPath: string): Promise<boolean> {
  try {
    await mkdir(dirname(file), { recursive: true });
  } catch (error) {
    throw asDatabaseError(error, file);
  }
  return fs.existsSync(lockPath);
}

/**
 * `node:fs` as proper-lockfile shall see it. A heartbeat is a call of `utimes`, which counts from before the call. Once
 * the lock is lost, its directory is another owner's and not there for us: no heartbeat, and no removal at exit.
 */
function fileSystem(onBeat: (time: number) => void, isLost: () => boolean): typeof fs {
  const gone = (): NodeJS.ErrnoException => Object.assign(new Error('The lock is lost'), { code: 'ENOENT' });
  const utimes = (path: fs.PathLike, atime: fs.TimeLike, mtime: fs.TimeLike, done: fs.NoParamCallback): void => {
    if (isLost()) {
      done(gone());
      return;
    }
    const now = Date.now();
    fs.utimes(path, atime, mtime, (error) => {
      if (!error) onBeat(now);
      done(error);
    });
  };
  const stat = (path: fs.PathLike, done: (error: NodeJS.ErrnoException | null, stats?: fs.Stats) => void): void => {
    if (isLost()) done(gone());
    else fs.stat(path, done);
  };
  const rmdirSync = (path: fs.PathLike): void => {
    if (!isLost()) fs.rmdirSync(path);
  };
  return { ...fs, utimes, stat, rmdirSync } as typeof fs;
}

/**
 * Two processes that find the same dead owner may both clear its lock, the second one clearing the first one's. So
 * whoever takes over waits a moment and looks whether the lock is still its own. (Not by the inode, which the next
 * directory may get again, but by the time of its last change, which is no heartbeat's before `UPDATE`.)
 */
async function isStillOwn(lockPath: string): Promise<boolean> {
  const changed = async (): Promise<bigint | undefined> =>
    (await stat(lockPath, { bigint: true }).catch(() => undefined))?.ctimeNs;
  const before = await changed();
  await sleep(SETTLE);
  return before !== undefined && (await changed()) === before;
}

function asDatabaseError(error: unknown, file: string): DatabaseError {
  const locked = error instanceof Error && 'code' in error && error.code === 'ELOCKED';
  return locked
    ? new DatabaseError('locked', `The database ${file} is in use by another window.`, error)
    : new DatabaseError('io', `The lock of ${file} cannot be created or removed.`, error);
}
