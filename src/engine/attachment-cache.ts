import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmailId } from '../model/ids';
import { diskError } from '../sync/disk-error';

const day = 24 * 3600_000;
/** ms: attachments are kept so long after they were last asked for. */
const cacheAge = 7 * day;

/** What is being written. No attachment is called so: names that a mail gives never begin with a dot (`safeFileName`). */
const partPrefix = '.part-';
/** What other engines began to write is left over: they are gone, or may not write any more. */
const ownPartPrefix = `${partPrefix}${randomUUID()}-`;

/** Where a part's file is kept. The name comes from our key and a hash: nothing of the mail decides where is written. */
export function attachmentFolder(cacheDir: string, emailId: EmailId, partId: string): string {
  return join(cacheDir, `${emailId}-${createHash('sha256').update(partId).digest('hex').slice(0, 16)}`);
}

/** Octets of a file that is here, whole; null: it is not. It stays for another while. */
export async function cachedSize(folder: string, name: string): Promise<number | null> {
  const known = await stat(join(folder, name)).catch(() => null);
  if (known === null) return null;
  const now = new Date();
  await utimes(folder, now, now).catch(() => undefined);
  return known.size;
}

/**
 * Writes a file that is there whole or not at all, whenever the engine ends: `write` fills a new file, which gets its name
 * once its octets are on the disk. Returns what `write` does. Fails with a SyncError.
 */
export async function writeCached<T>(folder: string, name: string, write: (file: string) => Promise<T>): Promise<T> {
  const part = join(folder, ownPartPrefix + randomUUID());
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw diskError(error);
  });
  try {
    const result = await write(part);
    await giveName(part, join(folder, name)).catch((error: unknown) => {
      throw diskError(error);
    });
    return result;
  } finally {
    await rm(part, { force: true }).catch(() => undefined);
  }
}

async function giveName(part: string, path: string): Promise<void> {
  const handle = await open(part, 'r+');
  await handle.sync().finally(() => handle.close());
  await rename(part, path);
}

/** The files of messages that are gone. */
export async function removeCachedAttachments(cacheDir: string, emailIds: ReadonlySet<EmailId>): Promise<void> {
  for (const folder of await namesIn(cacheDir)) {
    if (emailIds.has(Number(folder.split('-')[0]) as EmailId)) await remove(join(cacheDir, folder));
  }
}

/** Removes what is old or left over, now and once a day. Returns what ends that, at once: the folder may be another's now. */
export function keepSwept(cacheDir: string): () => void {
  const abort = new AbortController();
  const timer = setInterval(() => void sweep(cacheDir, abort.signal), day);
  timer.unref();
  void sweep(cacheDir, abort.signal);
  return () => {
    clearInterval(timer);
    abort.abort();
  };
}

async function sweep(cacheDir: string, signal: AbortSignal): Promise<void> {
  for (const name of await namesIn(cacheDir)) {
    const folder = join(cacheDir, name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    const isOld = Date.now() - mtimeMs > cacheAge;
    const due = isOld ? [folder] : (await namesIn(folder)).filter(isLeftOver).map((file) => join(folder, file));
    for (const path of due) {
      if (signal.aborted) return;
      await remove(path);
    }
  }
}

const isLeftOver = (file: string): boolean => file.startsWith(partPrefix) && !file.startsWith(ownPartPrefix);

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** It is a cache: what cannot be removed now is tried again later. */
const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true }).catch(() => undefined);
