import * as vscode from 'vscode';
import { EngineError } from '../../engine/client';

/** The path of a file that was chosen. The engine works where the extension runs, and can reach files of there only. */
export function localFile(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw new EngineError('invalid', vscode.l10n.t('Choose a file on the computer where Mailpane runs.'), uri.scheme);
}
