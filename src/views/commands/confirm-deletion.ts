import * as vscode from 'vscode';
import { formatCount } from '../format/counts';
import { interfaceLanguage } from '../format/interface-language';

/** The one question of an action: what goes for good cannot be undone. */
export async function confirmDeletion(count: number): Promise<boolean> {
  const { l10n, locale } = interfaceLanguage();
  const question =
    count === 1
      ? l10n.t('Delete this message for good?')
      : l10n.t('Delete these {0} messages for good?', formatCount(count, locale));
  const remove = l10n.t('Delete');
  const detail = l10n.t('This cannot be undone.');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) === remove;
}
