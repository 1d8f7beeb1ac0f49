/** What every part of the page needs: its words, its dates, its line to the host. */
import type { PageSettings } from '../page-html';
import type { FromPage, PanelState } from '../protocol';

/** What VS Code gives to a webview's script. */
interface VsCodeApi {
  postMessage(message: FromPage): void;
  getState(): SavedState | undefined;
  setState(state: SavedState): void;
}

/** `scroll` in CSS pixels. VS Code hands `panel` to the host when it brings the panel back. */
export interface SavedState extends PanelState {
  readonly scroll?: number;
}

declare function acquireVsCodeApi(): VsCodeApi;

const vscode = acquireVsCodeApi();

export const settings = JSON.parse(
  document.querySelector<HTMLMetaElement>('meta[name="mailpane-settings"]')?.content ?? '{}',
) as PageSettings;

export const { strings } = settings;

export const post = (message: FromPage): void => vscode.postMessage(message);
export const savedState = (): SavedState | undefined => vscode.getState();
export const saveState = (state: SavedState): void => vscode.setState(state);

export function fill(template: string, ...values: readonly (string | number)[]): string {
  return template.replace(/\{(\d)\}/g, (all, index: string) => String(values[Number(index)] ?? all));
}
