import type { Locator, Page } from 'playwright-core';

/** The toasts in the corner, and dialogs, which VS Code draws in the middle (`modal: true`). */
export class Notifications {
  constructor(private readonly page: Page) {}

  /** A toast that shows, told by a part of its text. */
  toast(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text }).first();
  }

  /** Texts of the toasts that show now. */
  async texts(): Promise<string[]> {
    return this.page.locator('.notification-toast .notification-list-item-message').allInnerTexts();
  }

  /** Presses a button of a toast; waits for the toast to come. */
  async press(text: string | RegExp, button: string): Promise<void> {
    const toast = this.toast(text);
    await toast.hover();
    await toast.locator('.notification-list-item-buttons-container .monaco-button', { hasText: button }).click();
    await toast.waitFor({ state: 'hidden' });
  }

  /** Closes every toast that shows. */
  async clear(): Promise<void> {
    for (;;) {
      const toast = this.page.locator('.notification-toast').first();
      if (!(await toast.isVisible())) return;
      await toast.hover();
      await toast.locator('.codicon-notifications-clear').click();
      await this.page.waitForTimeout(200);
    }
  }

  /** The text of the modal dialog that shows; waits for one. */
  async dialogText(): Promise<string> {
    return this.page.locator('.monaco-dialog-box .dialog-message-container').innerText();
  }

  /** Presses a button of the modal dialog. */
  async pressInDialog(button: string): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box');
    await dialog.locator('.monaco-button', { hasText: button }).click();
    await dialog.waitFor({ state: 'hidden' });
  }
}
