import * as vscode from 'vscode';
import type { Applied } from '../../engine/api';
import type { Action } from '../../model/action';
import type { Disposable } from '../disposable';
import { offerPlace } from './undo-choice';
import { notify } from '../notify';

/** ms for which Undo stands in the status bar. */
const offerTime = 10_000;
/** ms after which VS Code has surely put a notification away. */
const notificationTime = 20_000;

/** Offers to take back what was just done; the newest offer replaces the one before. */
export interface UndoOffer extends Disposable {
  offer(action: Action, applied: Applied, text: string): void;
  /** Takes the offer out of the status bar. */
  withdraw(): void;
}

export function createUndoOffer(undo: (undoId: number) => void): UndoOffer {
  const item = vscode.window.createStatusBarItem('mailpane.undoOffer', vscode.StatusBarAlignment.Left, -100);
  item.name = vscode.l10n.t('Mail: Undo');
  let timer: NodeJS.Timeout | undefined;
  let toast: { readonly text: string; readonly until: number } | null = null;

  const withdraw = (): void => {
    clearTimeout(timer);
    item.hide();
  };

  const inStatusBar = (undoId: number, text: string): void => {
    clearTimeout(timer);
    item.text = `$(discard) ${vscode.l10n.t('{0} – Undo', text)}`;
    item.tooltip = vscode.l10n.t('Undo (z in a mail view)');
    item.accessibilityInformation = { label: vscode.l10n.t('{0} – Undo', text), role: 'button' };
    item.command = { command: 'mailpane.undo', title: vscode.l10n.t('Undo'), arguments: [{ undoId }] };
    item.show();
    timer = setTimeout(withdraw, offerTime);
  };

  const inNotification = async (undoId: number, text: string): Promise<void> => {
    const shown = (toast = { text, until: performance.now() + notificationTime });
    const label = vscode.l10n.t('Undo');
    const choice = await notify.information(text, label);
    if (toast === shown) toast = null;
    if (choice === label) undo(undoId);
  };

  return {
    offer(action, { undoId, changed }, text) {
      const place = undoId === null ? 'none' : offerPlace(action, changed);
      const isOn = vscode.workspace.getConfiguration('mailpane').get<boolean>('offerUndo', true);
      if (undoId === null || place === 'none' || !isOn) return;
      // VS Code replaces a notification by one with the same words. One with other words cannot be taken back, and a second beside
      // it would be a stack: then the status bar has the newest offer.
      const wouldStack = toast !== null && toast.text !== text && performance.now() < toast.until;
      withdraw();
      if (place === 'status-bar' || wouldStack) inStatusBar(undoId, text);
      else void inNotification(undoId, text);
    },
    withdraw,
    dispose() {
      clearTimeout(timer);
      item.dispose();
    },
  };
}
