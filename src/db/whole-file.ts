import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { DiskGuard } from './vfs/mount';
import { syncDirectoryOf } from './vfs/open-files';

/**
 * A small file of our own: after a kill there is what it was or what it is to be, never half of it. `guard` is asked
 * before it is written, and before it gets its name.
 */
export function writeWhole(file: string, text: string, guard?: DiskGuard): void {
  const draft = draftOf(file);
  guard?.('write', file);
  writeFileSync(draft, text, { mode: 0o600 });
  syncFile(draft);
  guard?.('rename', file);
  renameSync(draft, file);
  syncDirectoryOf(file);
}

const draftOf = (file: string): string => `${file}-draft`;

/** What a kill left of one that was never whole. */
export function removeDraft(file: string): void {
  rmSync(draftOf(file), { force: true });
}

function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Of a file that may take the disk longer than the lock waits: the thread has its heartbeats meanwhile. */
export async function syncLargeFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync().finally(() => handle.close());
}
