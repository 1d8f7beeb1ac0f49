import * as vscode from 'vscode';
import type { Applied } from '../../engine/api';
import type { Action } from '../../model/action';
import type { Disposable } from '../disposable';
import { relativeDate } from '../format/dates';
import { interfaceLanguage } from '../format/interface-language';
import type { Directory } from '../mailboxes/directory';
import { mailboxNames, subjectLabel } from '../outbox/describe-change';
import type { InTurn } from '../commands/in-turn';
import { showError } from '../show-error';
import type { ViewContext } from '../view-context';
import { describeDone, describeUndone } from './describe-action';
import { createUndoOffer } from './undo-offer';
import { notify } from '../notify';

/** ms for which the status bar says what was undone. */
const saidFor = 6000;

export interface Undo extends Disposable {
  /** Called after each action of a command: offers to take it back. */
  done(action: Action, applied: Applied): void;
}

/** Of a subject in the history: the time behind it has to fit too. In UTF-16 units. */
const subjectLength = 40;

interface HistoryItem extends vscode.QuickPickItem {
  readonly undoId: number;
}

/**
 * S31: takes back the newest action, or one of the list of them, and says what became of it. `inTurn` with the actions: the
 * newest is the one whose key was pressed last, also while that is still at work.
 */
export function registerUndo({ client, log }: ViewContext, directory: Directory, inTurn: InTurn): Undo {
  const language = interfaceLanguage();
  const nameOf = mailboxNames(() => directory.state.byId, vscode.l10n);

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => showError(error, log));
  };

  /** Null: the newest. */
  const undo = async (undoId: number | null): Promise<void> => {
    const undone = await inTurn(() => client.request('actions/undo', { undoId }));
    offer.withdraw();
    if (undone === null) {
      const { t } = vscode.l10n;
      const text = undoId === null ? t('There is nothing to undo.') : t('This was already undone.');
      vscode.window.setStatusBarMessage(text, saidFor);
      return;
    }
    const { text, complete } = describeUndone(undone, nameOf, language);
    if (complete) vscode.window.setStatusBarMessage(`$(discard) ${text}`, saidFor);
    else void notify.warning(text);
  };
  const offer = createUndoOffer((undoId) => void attempt(() => undo(undoId)));

  const pickFromHistory = async (): Promise<void> => {
    const now = Date.now();
    const history = await client.request('actions/history', {});
    const items = history.map(({ undoId, action, messages, createdAt, subject }): HistoryItem => ({
      label: describeDone(action, messages, nameOf, language),
      description: [
        subject === null ? '' : subjectLabel(subject, vscode.l10n, subjectLength),
        relativeDate(createdAt, now, language),
      ]
        .filter((part) => part !== '')
        .join(' · '),
      undoId,
    }));
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Undo History'),
      placeHolder:
        items.length === 0 ? vscode.l10n.t('There is nothing to undo.') : vscode.l10n.t('Choose what to undo'),
    });
    if (picked !== undefined) await undo(picked.undoId);
  };

  const commands = vscode.Disposable.from(
    vscode.commands.registerCommand('mailpane.undo', (input: unknown) => attempt(() => undo(undoIdOf(input)))),
    vscode.commands.registerCommand('mailpane.undoHistory', () => attempt(pickFromHistory)),
  );

  return {
    done(action, applied) {
      if (applied.undoId === null) return;
      offer.offer(action, applied, describeDone(action, applied.changed, nameOf, language));
    },
    dispose() {
      commands.dispose();
      offer.dispose();
    },
  };
}

/** The offer in the status bar names what it takes back; keys and the palette mean the newest (null). */
function undoIdOf(input: unknown): number | null {
  if (typeof input !== 'object' || input === null || !('undoId' in input)) return null;
  return typeof input.undoId === 'number' ? input.undoId : null;
}
