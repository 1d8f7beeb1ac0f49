import * as vscode from 'vscode';
import { showError } from '../show-error';
import type { ViewContext } from '../view-context';
import { noticeDatabase } from './database-notices';
import { exportDatabase } from './export-database';
import { restoreDatabase } from './restore-database';

/** The mail database as a file: what became of it, and its backups. */
export function registerDatabase(context: ViewContext): vscode.Disposable {
  const commands: Record<string, () => Promise<void>> = {
    'mailpane.exportDatabase': () => exportDatabase(context),
    'mailpane.restoreDatabase': () => restoreDatabase(context),
  };
  return vscode.Disposable.from(
    noticeDatabase(context),
    ...Object.entries(commands).map(([id, run]) =>
      vscode.commands.registerCommand(id, () => run().catch((error: unknown) => showError(error, context.log))),
    ),
  );
}
