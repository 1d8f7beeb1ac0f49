import * as vscode from 'vscode';
import { inert } from '../format/inert';
import type { Place } from './wizard';

/** What a person did with a prompt. */
export type Answer<T> =
  { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'back' } | { readonly kind: 'cancel' };

/** Either the prompt's answer, or why the text cannot be it: then the person stays and corrects. */
export type Checked<T> = { readonly value: T } | { readonly problem: string };

interface PromptOptions {
  readonly title: string;
  readonly place: Place;
}

export interface TextPrompt<T> extends PromptOptions {
  readonly prompt: string;
  readonly placeholder?: string;
  readonly text: string;
  readonly password?: boolean;
  /** Runs on Enter and may take long: the signal is aborted when the person types on, goes back or leaves. */
  check(text: string, signal: AbortSignal): Checked<T> | Promise<Checked<T>>;
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export interface ChoicePrompt<T> extends PromptOptions {
  readonly placeholder: string;
  readonly choices: readonly Choice<T>[];
  readonly active: Choice<T> | undefined;
}

/** Asks for a line of text. It stays open when VS Code loses the focus: passwords come from other programs. */
export function promptText<T>(options: TextPrompt<T>): Promise<Answer<T>> {
  const input = vscode.window.createInputBox();
  input.prompt = inert(options.prompt);
  input.placeholder = options.placeholder;
  input.value = options.text;
  input.password = options.password ?? false;
  input.validationMessage = options.place.problem === null ? undefined : inert(options.place.problem);

  return show(input, options, (done) => {
    let checking: AbortController | null = null;
    const stopChecking = () => {
      checking?.abort();
      checking = null;
      input.busy = false;
    };
    const accept = async () => {
      if (checking) return;
      const current = new AbortController();
      checking = current;
      input.busy = true;
      input.validationMessage = undefined;
      const result = await checkText(options, input.value, current.signal);
      if (current.signal.aborted) return;
      stopChecking();
      if ('problem' in result) input.validationMessage = inert(result.problem);
      else done({ kind: 'answer', value: result.value });
    };
    return [
      input.onDidAccept(() => void accept()),
      input.onDidChangeValue(() => {
        stopChecking();
        input.validationMessage = undefined;
      }),
      new vscode.Disposable(stopChecking),
    ];
  });
}

async function checkText<T>(options: TextPrompt<T>, text: string, signal: AbortSignal): Promise<Checked<T>> {
  try {
    return await options.check(text, signal);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

export function promptChoice<T>(options: ChoicePrompt<T>): Promise<Answer<T>> {
  const pick = vscode.window.createQuickPick<Choice<T>>();
  pick.placeholder = inert(options.placeholder);
  pick.items = options.choices;
  pick.matchOnDescription = true;
  // Only where there is one: none active means that Enter does nothing, and VS Code takes the first by itself.
  if (options.active) pick.activeItems = [options.active];
  return show(pick, options, (done) => [
    pick.onDidAccept(() => {
      const chosen = pick.selectedItems[0];
      if (chosen) done({ kind: 'answer', value: chosen.value });
    }),
  ]);
}

function show<T>(
  input: vscode.InputBox | vscode.QuickPick<Choice<T>>,
  options: PromptOptions,
  listen: (done: (answer: Answer<T>) => void) => vscode.Disposable[],
): Promise<Answer<T>> {
  const { place } = options;
  input.title = inert(options.title); // may hold an account's name
  input.ignoreFocusOut = true;
  if (place.total > 1) [input.step, input.totalSteps] = [place.step, place.total];
  if (place.canGoBack) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const done = (answer: Answer<T>) => {
      resolve(answer);
      for (const listener of listeners) listener.dispose();
      input.dispose();
    };
    const listeners = [
      ...listen(done),
      input.onDidTriggerButton((button) => {
        if (button === vscode.QuickInputButtons.Back) done({ kind: 'back' });
      }),
      input.onDidHide(() => done({ kind: 'cancel' })),
    ];
    input.show();
  });
}
