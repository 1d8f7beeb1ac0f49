import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../host/repository';
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

/** Installs what `npm run package` made into an extensions folder, as a person does; returns the file. */
export async function installMailpane(extensionsDir: string): Promise<string> {
  const { name, version } = JSON.parse(readFileSync(path.join(repositoryRoot, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const file = path.join(repositoryRoot, 'dist-vsix', `${name}-${version}.vsix`);
  if (!existsSync(file)) throw new Error(`there is no ${file}: make it by \`npm run package\``);
  await installExtension(file, extensionsDir);
  return file;
}
