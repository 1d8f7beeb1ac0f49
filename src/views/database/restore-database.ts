import { homedir } from 'node:os';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ViewContext } from '../view-context';
import { localFile } from './local-file';
import { notify } from '../notify';

/** "Restore Mail Database…": what happens then is said before; what happened is told by the next engine's notice. */
export async function restoreDatabase({ client }: ViewContext): Promise<void> {
  const { t } = vscode.l10n;
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: t('Restore Mail Database'),
      openLabel: t('Restore'),
      defaultUri: vscode.Uri.file(homedir()),
      filters: { [t('Mail database')]: ['db'], [t('All files')]: ['*'] },
    })) ?? [];
  if (uri === undefined) return;
  const file = localFile(uri);
  const restore = t('Restore');
  const detail = [
    t(
      'Mail is shown as it was in this backup, and then brought up to date with the server. Nothing on the server is changed by that.',
    ),
    t(
      'Accounts keep their present settings; one that was removed since the backup was made comes back, signed out. Changes that wait to be sent now are kept and sent. Changes that waited in the backup are listed in Outbox and Problems, for you to retry or discard.',
    ),
    t(
      'The present database is kept beside the restored one. Texts of messages are fetched again when they are opened.',
    ),
  ].join('\n\n');
  const chosen = await notify.warning(
    t('Restore the mail database from {0}?', basename(file)),
    { modal: true, detail },
    restore,
  );
  if (chosen !== restore) return;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Restoring the mail database') },
    () => client.request('database/restore', { file }),
  );
}
