import * as vscode from 'vscode';
import { EngineClient } from './engine/host/mail-client';
import { addAccount, type AccountInput } from './views/accounts/api';
import { registerAccounts } from './views/accounts/register-accounts';
import { registerCheck } from './views/check/register-check';
import { registerDatabase } from './views/database/register-database';
import { registerNativeViews } from './views/native-views';
import { createReader } from './views/reader/reader';
import { registerSyncLog } from './views/sync-log/register-sync-log';
import type { ViewContext } from './views/view-context';

let client: EngineClient | undefined;

/** Puts the parts together, nothing else. The engine starts in its own thread; nothing here waits for it. */
export function activate(extension: vscode.ExtensionContext) {
  const log = vscode.window.createOutputChannel('Mailpane', { log: true });
  client = new EngineClient({
    folder: extension.globalStorageUri.fsPath,
    workerFile: vscode.Uri.joinPath(extension.extensionUri, 'dist', 'engine.js').fsPath,
    version: (extension.extension.packageJSON as { version: string }).version,
    trace: (message) => log.info(message),
  });
  const context: ViewContext = { client, extension, log };

  const reader = createReader(context);
  const native = registerNativeViews(context, reader);
  const diagnosis = [registerSyncLog(context), registerCheck(context), registerDatabase(context)];
  extension.subscriptions.push(log, reader, native, registerAccounts(context, native.list), ...diagnosis);
  /** For the demo and tests, and for other extensions: adds an account without asking, after testing the connection. */
  return {
    addAccount: (input: AccountInput) => addAccount(context, input),
    /** Where the mail database is. */
    storageUri: extension.globalStorageUri,
  };
}

/** VS Code waits for this: the files are closed and the lock is given back, so another window takes over at once. */
export async function deactivate(): Promise<void> {
  await client?.close();
}
