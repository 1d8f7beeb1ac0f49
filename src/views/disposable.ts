/** Whatever lives and must be ended. Like `vscode.Disposable`, without its class. */
export interface Disposable {
  dispose(): void;
}
