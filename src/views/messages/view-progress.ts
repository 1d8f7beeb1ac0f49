import * as vscode from 'vscode';
import type { Disposable } from '../disposable';

/** The moving line at the top of a view. */
export interface ViewProgress extends Disposable {
  /** Shown as long as this is true. */
  set(busy: boolean): void;
  /** Shown until the work is done; passes on its result. */
  during<T>(work: Promise<T>): Promise<T>;
}

export function createViewProgress(viewId: string): ViewProgress {
  let stop: (() => void) | null = null;
  const location = { viewId };
  const set = (busy: boolean): void => {
    if (busy === (stop !== null)) return;
    if (!busy) {
      stop?.();
      stop = null;
      return;
    }
    const ended = new Promise<void>((resolve) => (stop = resolve));
    void vscode.window.withProgress({ location }, () => ended);
  };
  return {
    set,
    during: (work) => Promise.resolve(vscode.window.withProgress({ location }, () => work)),
    dispose: () => set(false),
  };
}
