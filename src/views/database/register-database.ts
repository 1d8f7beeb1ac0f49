import * as vscode from 'vscode';
import type { ViewContext } from '../view-context';
import { noticeDatabase } from './database-notices';

/** The mail database as a file: what became of it, and its backups. */
export function registerDatabase(context: ViewContext): vscode.Disposable {
  return vscode.Disposable.from(noticeDatabase(context));
}
