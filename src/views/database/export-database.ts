import { homedir } from 'node:os';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { partPrefix } from '../../model/export-part';
import type { ViewContext } from '../view-context';
import { localFile } from './local-file';
import { notify } from '../notify';

/** ms between two looks at the file that grows. */
const interval = 250;

/** "Export Mail Database…": one file with everything but bodies, which can be fetched again, and passwords. */
export async function exportDatabase({ client, extension }: ViewContext): Promise<void> {
  const { t } = vscode.l10n;
  const uri = await vscode.window.showSaveDialog({
    title: t('Export Mail Database'),
    saveLabel: t('Export'),
    defaultUri: vscode.Uri.joinPath(vscode.Uri.file(homedir()), exportName(new Date())),
    filters: { [t('Mail database')]: ['db'] },
  });
  if (uri === undefined) return;
  const file = localFile(uri);
  const location = vscode.ProgressLocation.Notification;
  await vscode.window.withProgress({ location, title: t('Exporting the mail database') }, async (progress) => {
    const source = vscode.Uri.joinPath(extension.globalStorageUri, 'mail.db');
    const stop = reportGrowth(source, file, progress);
    try {
      return await client.request('database/export', { file });
    } finally {
      stop();
    }
  });
  const show = t('Show File');
  const chosen = await notify.information(
    t(
      'The mail database was exported to {0}. It holds your mail and accounts, but no passwords. Texts of messages are fetched again when they are opened.',
      basename(file),
    ),
    show,
  );
  if (chosen === show) await vscode.commands.executeCommand('revealFileInOS', uri);
}

/** `Mail 2026-11-25.db`, by the clock on the wall. */
export function exportName(now: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `Mail ${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}.db`;
}

/** The engine is busy with nothing else meanwhile, so it is the file that tells how far it is. */
function reportGrowth(
  source: vscode.Uri,
  file: string,
  progress: vscode.Progress<{ increment: number; message: string }>,
): () => void {
  let shown = 0;
  const look = async () => {
    try {
      const [whole, done] = await Promise.all([vscode.workspace.fs.stat(source), writtenOf(file)]);
      const percent = Math.min(99, Math.floor((100 * done) / Math.max(1, whole.size)));
      if (percent <= shown) return;
      progress.report({ increment: percent - shown, message: `${percent} %` });
      shown = percent;
    } catch {
      // Not begun yet, or whole already.
    }
  };
  const timer = setInterval(() => void look(), interval);
  return () => clearInterval(timer);
}

/** Octets of the newest attempt: an older one may be left over, or be another window's. */
async function writtenOf(file: string): Promise<number> {
  const folder = vscode.Uri.file(dirname(file));
  const prefix = basename(partPrefix(file));
  const names = (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  const parts = await Promise.all(
    names
      .filter((name) => name.startsWith(prefix) && !name.endsWith('-journal'))
      .map((name) => vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, name))),
  );
  return parts.sort((a, b) => b.ctime - a.ctime)[0]?.size ?? 0;
}
