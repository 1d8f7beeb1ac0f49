import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { syncDirectoryOf } from './vfs/open-files';

/** A small file of our own: after a kill there is what it was or what it is to be, never half of it. */
export function writeWhole(file: string, text: string): void {
  const draft = draftOf(file);
  writeFileSync(draft, text, { mode: 0o600 });
  syncFile(draft);
  renameSync(draft, file);
  syncDirectoryOf(file);
}

const draftOf = (file: string): string => `${file}-draft`;

/** What a kill left of one that was never whole. */
export function removeDraft(file: string): void {
  rmSync(draftOf(file), { force: true });
}

export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
