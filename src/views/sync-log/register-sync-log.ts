import * as vscode from 'vscode';
import { errorSentence, showError } from '../show-error';
import type { ViewContext } from '../view-context';
import { formatSyncLog } from './format-sync-log';

const scheme = 'mailpane-log';
/** The language `log` comes with VS Code and colours levels and times. */
const uri = vscode.Uri.from({ scheme, path: '/Mailpane Sync Log.log' });
const newest = 2000;
/** A sync writes many entries in a moment: the document is read anew at most so often, in ms. */
const refreshInterval = 500;

/** The sync log as a read-only document that follows what happens while it is open. */
export function registerSyncLog({ client, log }: ViewContext): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  let timer: NodeJS.Timeout | null = null;
  const refresh = () => {
    const isOpen = vscode.workspace.textDocuments.some((document) => document.uri.scheme === scheme);
    if (!isOpen || timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      changed.fire(uri);
    }, refreshInterval);
  };
  const read = async (_: vscode.Uri, token: vscode.CancellationToken): Promise<string> => {
    const abort = new AbortController();
    const listener = token.onCancellationRequested(() => abort.abort());
    try {
      const entries = await client.request('sync/log', { accountIds: null, levels: null, limit: newest }, abort.signal);
      return formatSyncLog(entries, vscode.l10n);
    } catch (error) {
      return `${errorSentence(error)}\n`;
    } finally {
      listener.dispose();
    }
  };
  const show = async () => {
    try {
      changed.fire(uri);
      const document = await vscode.workspace.openTextDocument(uri);
      const editor = await vscode.window.showTextDocument(document, { preview: false });
      editor.revealRange(new vscode.Range(document.lineCount, 0, document.lineCount, 0));
    } catch (error) {
      showError(error, log);
    }
  };
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: read,
    }),
    vscode.commands.registerCommand('mailpane.showSyncLog', show),
    client.onChanged(refresh),
    new vscode.Disposable(() => clearTimeout(timer ?? undefined)),
  );
}
