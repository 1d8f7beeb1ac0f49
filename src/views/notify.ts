import * as vscode from 'vscode';
import { inert } from './format/inert';

/**
 * The only door to VS Code's notifications, which make links of `[text](command:…)`: words of a server, a mail or an account
 * stand in nearly all of them, and none of ours needs a link. A modal dialog is told apart by its options.
 */
interface Notify {
  (text: string, ...buttons: string[]): Thenable<string | undefined>;
  (text: string, options: vscode.MessageOptions, ...buttons: string[]): Thenable<string | undefined>;
}

function through(
  show: (text: string, options: vscode.MessageOptions, ...buttons: string[]) => Thenable<string | undefined>,
): Notify {
  return (text: string, first?: string | vscode.MessageOptions, ...rest: string[]) => {
    if (typeof first !== 'object') return show(inert(text), {}, ...(first === undefined ? rest : [first, ...rest]));
    const detail = first.detail === undefined ? {} : { detail: inert(first.detail) };
    return show(inert(text), { ...first, ...detail }, ...rest);
  };
}

export const notify = {
  information: through((text, options, ...buttons) => vscode.window.showInformationMessage(text, options, ...buttons)),
  warning: through((text, options, ...buttons) => vscode.window.showWarningMessage(text, options, ...buttons)),
  error: through((text, options, ...buttons) => vscode.window.showErrorMessage(text, options, ...buttons)),
};
