import type { Page } from 'playwright-core';

/** Takes an entry of the context menu that is open. The web workbench draws menus itself, in a shadow root. */
export async function chooseFromContextMenu(page: Page, entry: string): Promise<void> {
  const item = page.locator('.monaco-menu .action-item', { has: page.locator(`.action-label[aria-label="${entry}"]`) });
  await item.waitFor();
  // A menu ignores the mouse for a moment after it opened, so that the click which opened it takes nothing.
  await page.waitForTimeout(250);
  await item.hover();
  await item.click();
  await page.locator('.monaco-menu').waitFor({ state: 'detached' });
}

/** Entries of the context menu that is open, from top to bottom. */
export async function contextMenuEntries(page: Page): Promise<string[]> {
  const labels = page.locator('.monaco-menu .action-item .action-label[aria-label]:not(.separator)');
  await labels.first().waitFor();
  return labels.evaluateAll((elements) => elements.map((element) => element.getAttribute('aria-label') ?? ''));
}
