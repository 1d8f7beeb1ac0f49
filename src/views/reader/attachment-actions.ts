import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { inert } from '../format/inert';
import type { MailClient } from '../../engine/client';
import { isViewable, safeFileName } from '../../mail/file-name';
import type { Attachment } from '../../model/email';
import type { EmailId } from '../../model/ids';

/** Copies that were opened to look at live here, each in a folder of its own, and are swept after some days. */
const openedFolder = (extension: vscode.ExtensionContext) => vscode.Uri.joinPath(extension.globalStorageUri, 'opened');
const keptFor = 3 * 24 * 60 * 60 * 1000;

/** Asks where to, and copies. Only what the person chose is ever written over. */
export async function saveAttachment(client: MailClient, emailId: EmailId, attachment: Attachment): Promise<void> {
  const name = safeFileName(attachment.name, attachment.type);
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(defaultFolder(), name),
    title: vscode.l10n.t('Save Attachment'),
  });
  if (target === undefined) return;
  await withProgress(vscode.l10n.t('Saving {0}', name), async (signal) => {
    const { path } = await client.request('attachments/file', { emailId, partId: attachment.partId }, signal);
    await vscode.workspace.fs.copy(vscode.Uri.file(path), target, { overwrite: true });
  });
}

/** Into one folder; a name that is taken gets a number, nothing is written over. */
export async function saveAllAttachments(
  client: MailClient,
  emailId: EmailId,
  attachments: readonly Attachment[],
): Promise<void> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      defaultUri: defaultFolder(),
      openLabel: vscode.l10n.t('Save Here'),
      title: vscode.l10n.t('Save All Attachments'),
    })) ?? [];
  if (folder === undefined) return;
  await withProgress(vscode.l10n.t('Saving {0} attachments', attachments.length), async (signal) => {
    for (const { partId, name, type } of attachments) {
      const { path } = await client.request('attachments/file', { emailId, partId }, signal);
      await copyBeside(vscode.Uri.file(path), folder, safeFileName(name, type));
    }
  });
}

/** Shows a copy in VS Code. What could run something is never opened, whatever the page asks. */
export async function openAttachment(
  client: MailClient,
  extension: vscode.ExtensionContext,
  emailId: EmailId,
  attachment: Attachment,
): Promise<void> {
  const { partId, name, type } = attachment;
  if (!isViewable(name, type)) {
    await saveAttachment(client, emailId, attachment);
    return;
  }
  const shownName = safeFileName(name, type);
  const copy = vscode.Uri.joinPath(openedFolder(extension), randomUUID(), shownName);
  await withProgress(vscode.l10n.t('Opening {0}', shownName), async (signal) => {
    const { path } = await client.request('attachments/file', { emailId, partId }, signal);
    await vscode.workspace.fs.copy(vscode.Uri.file(path), copy);
  });
  await vscode.commands.executeCommand('vscode.open', copy, { preview: true });
}

export async function sweepOpened(extension: vscode.ExtensionContext, now: number): Promise<void> {
  const folder = openedFolder(extension);
  // Before it is read: VS Code writes an error into its log for a folder that is not there.
  await vscode.workspace.fs.createDirectory(folder);
  const entries = await vscode.workspace.fs.readDirectory(folder);
  for (const [name] of entries) {
    const entry = vscode.Uri.joinPath(folder, name);
    const { mtime } = await vscode.workspace.fs.stat(entry);
    if (now - mtime > keptFor) await vscode.workspace.fs.delete(entry, { recursive: true });
  }
}

async function copyBeside(source: vscode.Uri, folder: vscode.Uri, name: string): Promise<void> {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let attempt = 1; ; attempt++) {
    const target = vscode.Uri.joinPath(folder, attempt === 1 ? name : `${stem} (${attempt})${ending}`);
    try {
      await vscode.workspace.fs.copy(source, target, { overwrite: false });
      return;
    } catch (error) {
      const taken = error instanceof vscode.FileSystemError && error.code === 'FileExists';
      if (!taken || attempt >= 1000) throw error;
    }
  }
}

function defaultFolder(): vscode.Uri {
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
}

function withProgress(title: string, work: (signal: AbortSignal) => Promise<void>): Thenable<void> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title: inert(title), cancellable: true }, async (_progress, token) => {
    const abort = new AbortController();
    const cancelled = token.onCancellationRequested(() => abort.abort());
    try {
      await work(abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    } finally {
      cancelled.dispose();
    }
  });
}
