/**
 * VS Code listens for keys on the page's window only. A key pressed inside the mail would never reach the workbench: no
 * `e` to archive, no command palette. So it is repeated on the page.
 */
export function forwardKeys(document: Document): void {
  const repeat = (event: KeyboardEvent) => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- what VS Code maps to its key bindings
    const { key, code, keyCode, location, repeat, ctrlKey, shiftKey, altKey, metaKey } = event;
    const init = { key, code, keyCode, which: keyCode, location, repeat, ctrlKey, shiftKey, altKey, metaKey };
    const copy = new KeyboardEvent(event.type, { ...init, bubbles: true, cancelable: true });
    if (!window.document.body.dispatchEvent(copy)) event.preventDefault();
  };
  document.addEventListener('keydown', repeat);
  document.addEventListener('keyup', repeat);
}

/**
 * On the desktop VS Code copies by `execCommand` on the page, which knows nothing of what is selected inside the mail.
 * `selection` gives that selection, or null where there is none.
 */
export function copyFrom(selection: () => Selection | null): () => void {
  const chosen = () => {
    const found = selection();
    return found === null || found.isCollapsed ? null : found;
  };
  const enable = (event: Event) => {
    if (chosen() !== null) event.preventDefault();
  };
  const copy = (event: ClipboardEvent) => {
    const found = chosen();
    if (found === null || event.clipboardData === null) return;
    event.clipboardData.setData('text/plain', found.toString());
    event.preventDefault();
  };
  document.addEventListener('beforecopy', enable);
  document.addEventListener('copy', copy);
  return () => {
    document.removeEventListener('beforecopy', enable);
    document.removeEventListener('copy', copy);
  };
}
