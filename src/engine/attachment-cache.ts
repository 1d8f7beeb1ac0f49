import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmailId } from '../model/ids';

/** ms: attachments are kept so long. */
const cacheAge = 7 * 24 * 3600_000;

/** Where a part's file is kept. The name comes from our key and a hash: nothing of the mail decides where is written. */
export function attachmentFolder(cacheDir: string, emailId: EmailId, partId: string): string {
  return join(cacheDir, `${emailId}-${createHash('sha256').update(partId).digest('hex').slice(0, 16)}`);
}

/** The files of messages that are gone. */
export async function removeCachedAttachments(cacheDir: string, emailIds: ReadonlySet<EmailId>): Promise<void> {
  await removeFolders(cacheDir, (name) => Promise.resolve(emailIds.has(Number(name.split('-')[0]) as EmailId)));
}

export async function removeOldAttachments(cacheDir: string): Promise<void> {
  await removeFolders(cacheDir, async (_name, path) => {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    return Date.now() - mtimeMs > cacheAge;
  });
}

/** It is a cache: one that cannot be removed now is tried again at the next start. */
async function removeFolders(cacheDir: string, which: (name: string, path: string) => Promise<boolean>): Promise<void> {
  for (const name of await readdir(cacheDir).catch(() => [])) {
    const path = join(cacheDir, name);
    if (await which(name, path)) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
