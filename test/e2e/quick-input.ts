import type { Page } from 'playwright-core';

/** VS Code's one widget for the command palette, quick picks and input boxes. Questions come in turn, so each waits for its title. */
export class QuickInput {
  private readonly widget;

  constructor(private readonly page: Page) {
    this.widget = page.locator('.quick-input-widget');
  }

  /** Runs a command by its title in the palette, with its category: "Mail: Sync Now". */
  async runCommand(title: string): Promise<void> {
    await this.openPalette(title);
    // Not Enter: the palette's first entry may be another command with the same words.
    const name = this.page.locator('.monaco-icon-name-container').getByText(title, { exact: true });
    await this.widget.locator('.monaco-list-row', { has: name }).first().click();
  }

  /** Commands that the palette offers for a text; [] when it says there are none. */
  async commandsMatching(text: string): Promise<string[]> {
    await this.openPalette(text);
    await this.page.waitForTimeout(500);
    const labels = await this.widget.locator('.monaco-list-row .label-name').allInnerTexts();
    await this.cancel();
    return labels.filter((label) => label !== 'No matching commands');
  }

  /** Takes an entry of the quick pick that shows, told by `title` when it has one. */
  async pick(label: string, title?: string): Promise<void> {
    await this.waitForTitle(title);
    const row = this.widget.locator('.monaco-list-row', { hasText: label }).first();
    await row.waitFor();
    await row.click();
    await row.waitFor({ state: 'hidden' });
  }

  /** Ticks an entry of a quick pick that takes several. */
  async check(label: string): Promise<void> {
    await this.widget.locator('.monaco-list-row', { hasText: label }).first().click();
  }

  /** Waits for a quick pick with this entry, and takes the first entry by the keyboard. */
  async acceptFirst(label: string): Promise<void> {
    await this.widget.locator('.monaco-list-row', { hasText: label }).first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Labels of the quick pick that shows. */
  async items(title?: string): Promise<string[]> {
    await this.waitForTitle(title);
    const labels = this.widget.locator('.monaco-list-row .label-name');
    await labels.first().waitFor();
    return labels.allInnerTexts();
  }

  /** Types into the input box that shows and accepts. */
  async enter(text: string, title?: string): Promise<void> {
    await this.waitForTitle(title);
    const input = this.widget.locator('input.input:visible').first();
    await input.fill(text);
    await input.press('Enter');
  }

  /** Answers a file dialog, which reads folders while one types, and takes what was typed only when it has. */
  async enterFile(file: string, title: string): Promise<void> {
    await this.waitForTitle(title);
    const input = this.widget.locator('input.input:visible').first();
    for (let tries = 0; tries < 40 && (await input.isVisible()); tries++) {
      if ((await input.inputValue()) === file) await input.press('Enter');
      else await input.fill(file);
      await this.page.waitForTimeout(500);
    }
  }

  /** The same, told from the box before it by what it asks. */
  async enterAfter(prompt: string, text: string): Promise<void> {
    await this.waitForText(prompt);
    await this.enter(text);
  }

  /** Waits until the widget says this: a prompt, or what is wrong with what was typed. */
  waitForText(text: string | RegExp): Promise<void> {
    return this.page.locator('.quick-input-widget', { hasText: text }).waitFor();
  }

  /** What an input box says about what was typed, or its prompt. */
  async message(): Promise<string> {
    return this.widget.locator('.quick-input-message').innerText();
  }

  async title(): Promise<string> {
    return this.widget.locator('.quick-input-title').innerText();
  }

  async cancel(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.widget.waitFor({ state: 'hidden' });
  }

  private async waitForTitle(title: string | undefined): Promise<void> {
    if (title === undefined) await this.widget.waitFor();
    else await this.widget.locator('.quick-input-title', { hasText: title }).waitFor();
  }

  private async openPalette(text: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.widget.locator('input.input:visible').first();
    await input.waitFor();
    await input.fill(`>${text}`);
  }
}
