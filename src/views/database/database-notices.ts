import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { DatabaseNotice } from '../../engine/api';
import { interfaceLanguage } from '../format/interface-language';
import { errorSentence } from '../show-error';
import type { ViewContext } from '../view-context';
import { describeNotice } from './describe-notice';
import { notify } from '../notify';

/** ms after which a notice that is still on screen counts as seen. */
const seen = 5_000;
/** ms after which a window that was given a notice and was closed with it has lost it to whoever asks (`database/notice`). */
const lease = 12_000;

/** Says once, in one window, what became of a database that was damaged or replaced. */
export function noticeDatabase({ client, log }: ViewContext): vscode.Disposable {
  const look = async () => {
    try {
      const notice = await client.request('database/notice', {});
      if (notice === null) return;
      const told = tell(notice, log);
      await Promise.race([told, sleep(seen)]);
      await client.request('database/noticeTold', {});
      await told;
    } catch (error) {
      if (client.state.state !== 'failed') log.warn(`The database's notice could not be read: ${errorSentence(error)}`);
    }
  };
  void look();
  const askAgain = setTimeout(() => void look(), lease);
  // Another engine took over: it may have found the database damaged.
  return vscode.Disposable.from(
    client.onChanged(({ accounts, emails }) => {
      if (accounts && emails === null) void look();
    }),
    { dispose: () => clearTimeout(askAgain) },
  );
}

async function tell(notice: DatabaseNotice, log: vscode.LogOutputChannel): Promise<void> {
  const { t } = vscode.l10n;
  const text = describeNotice(notice, interfaceLanguage());
  log.warn(`${text} (${notice.file})`);
  const [showFile, showOutbox] = [t('Show File'), t('Show Outbox')];
  const buttons = [...(notice.changes > 0 ? [showOutbox] : []), ...(notice.what === 'missing' ? [] : [showFile])];
  const chosen =
    notice.what === 'restored' ? await notify.information(text, ...buttons) : await notify.warning(text, ...buttons);
  if (chosen === showOutbox) await vscode.commands.executeCommand('mailpane.showProblems');
  if (chosen === showFile) {
    await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(notice.file));
  }
}
