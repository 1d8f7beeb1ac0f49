import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { syncDirectoryOf } from './vfs/open-files';

/** A small file of our own: after a kill there is what it was or what it is to be, never half of it. */
export function writeWhole(file: string, text: string): void {
  const draft = `${file}-draft`;
  writeFileSync(draft, text, { mode: 0o600 });
  syncFile(draft);
  renameSync(draft, file);
  syncDirectoryOf(file);
}

export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
