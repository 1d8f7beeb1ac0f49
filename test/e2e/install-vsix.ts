import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { artifactsFolder, repositoryRoot } from '../host/repository';
import { installExtension } from '../host/vscode-server';

/** Packages an extension's folder as vsce does for the marketplace; returns the file. */
export function packageVsix(extensionFolder: string, file: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  const vsce = path.join(repositoryRoot, 'node_modules/@vscode/vsce/vsce');
  execFileSync(process.execPath, [vsce, 'package', '--no-dependencies', '--out', file], {
    cwd: extensionFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return file;
}

/**
 * The VSIX under test into an extensions folder: the one that MAILPANE_VSIX names (`npm run package` made it), else packaged
 * now. Returns the file.
 */
export async function installMailpane(extensionsDir: string): Promise<string> {
  const { MAILPANE_VSIX: given } = process.env;
  const file =
    given !== undefined && given !== ''
      ? given
      : packageVsix(repositoryRoot, path.join(artifactsFolder, 'mailpane.vsix'));
  await installExtension(file, extensionsDir);
  return file;
}
