import * as vscode from 'vscode';
import type { Disposable } from './disposable';
import { errorSentence } from './show-error';

/** Documents of one scheme that are written here and only read there. */
export interface ReadOnlyDocuments extends Disposable {
  /** Opens it in a tab of its own, as it is now. */
  show(uri: vscode.Uri, at: 'start' | 'end'): Promise<void>;
  /** Reads those that are open anew. */
  refresh(): void;
}

/** `read` is given the URI, whose query may say what of it is wanted; what it fails with is shown in its place. */
export function registerReadOnlyDocuments(
  scheme: string,
  read: (uri: vscode.Uri, signal: AbortSignal) => Promise<string>,
): ReadOnlyDocuments {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const registration = vscode.workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: changed.event,
    provideTextDocumentContent: async (uri, token) => {
      const abort = new AbortController();
      const listener = token.onCancellationRequested(() => abort.abort());
      try {
        return await read(uri, abort.signal);
      } catch (error) {
        return `${errorSentence(error)}\n`;
      } finally {
        listener.dispose();
      }
    },
  });
  return {
    async show(uri, at) {
      changed.fire(uri);
      const document = await vscode.workspace.openTextDocument(uri);
      const editor = await vscode.window.showTextDocument(document, { preview: false });
      const line = at === 'start' ? 0 : document.lineCount;
      editor.revealRange(new vscode.Range(line, 0, line, 0));
    },
    refresh() {
      for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === scheme) changed.fire(uri);
    },
    dispose() {
      registration.dispose();
      changed.dispose();
    },
  };
}
