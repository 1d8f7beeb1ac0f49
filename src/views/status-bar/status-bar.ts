import * as vscode from 'vscode';
import { interfaceLanguage } from '../format/interface-language';
import type { Directory } from '../mailboxes/directory';
import type { ViewContext } from '../view-context';
import { statusSummary, type StatusSummary } from './status-summary';

/** One item: unread in inboxes, and what a person has to know of their accounts. */
export function registerStatusBar({ client }: ViewContext, directory: Directory): vscode.Disposable {
  const language = interfaceLanguage();
  const item = vscode.window.createStatusBarItem('mailpane.status', vscode.StatusBarAlignment.Right, 90);
  item.name = vscode.l10n.t('Mail');

  const show = (): void => {
    const summary = statusSummary(directory.state.overview, client.state, language);
    if (summary === null) {
      item.hide();
      return;
    }
    item.text = summary.text;
    item.tooltip = new vscode.MarkdownString(summary.tooltip);
    item.accessibilityInformation = { label: summary.accessibleName };
    item.command = summary.command;
    item.backgroundColor = background(summary.severity);
    item.show();
  };

  show();
  return vscode.Disposable.from(item, directory.onDidChange(show), client.onState(show));
}

function background(severity: StatusSummary['severity']): vscode.ThemeColor | undefined {
  return severity === 'normal' ? undefined : new vscode.ThemeColor(`statusBarItem.${severity}Background`);
}
