import type { Locator, Page } from 'playwright-core';
import { chooseFromContextMenu } from './context-menu';

/**
 * One tree of the side bar. Rows are found by their label, whole or as a pattern. VS Code keeps only the rows on screen in the
 * page: `reveal` scrolls to others.
 */
export class TreeView {
  /** `pane` is the view with its header. */
  constructor(
    private readonly page: Page,
    private readonly pane: Locator,
  ) {}

  /** The view's title, which may say what it shows. */
  async title(): Promise<string> {
    return this.pane.locator('.pane-header .title').innerText();
  }

  /** Waits until the view is there, and opens it when it is folded. */
  async open(): Promise<void> {
    const header = this.pane.locator('.pane-header');
    await header.waitFor();
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    await this.pane.locator('.pane-body').waitFor();
  }

  /** A row on screen by its label. */
  row(label: string | RegExp): Locator {
    const name = this.page
      .locator('.monaco-icon-name-container')
      .getByText(label, { exact: typeof label === 'string' });
    return this.rows().filter({ has: name }).first();
  }

  rows(): Locator {
    return this.pane.locator('.monaco-list-row');
  }

  /** Labels of the rows on screen, from top to bottom. */
  async labels(): Promise<string[]> {
    return this.inOrder('.label-name');
  }

  /** Descriptions of the rows on screen, from top to bottom; rows without one give "". */
  async descriptions(): Promise<string[]> {
    return this.inOrder('.label-description');
  }

  /** The accessible name of a row, which is what a screen reader says. */
  async accessibleName(label: string | RegExp): Promise<string> {
    return (await this.row(label).getAttribute('aria-label')) ?? '';
  }

  async description(label: string | RegExp): Promise<string> {
    const description = this.row(label).locator('.label-description');
    return (await description.count()) === 0 ? '' : description.innerText();
  }

  /** Scrolls down until the row is on screen. */
  async reveal(label: string | RegExp): Promise<Locator> {
    const row = this.row(label);
    await this.rows().first().waitFor();
    await this.rows().first().hover();
    for (let before = ''; !(await row.isVisible());) {
      const labels = (await this.labels()).join('\n');
      if (labels === before)
        throw new Error(`no row ${String(label)} in "${await this.title()}"; the last are:\n${labels}`);
      before = labels;
      await this.page.mouse.wheel(0, 150);
      await this.page.waitForTimeout(100);
    }
    return row;
  }

  async click(label: string | RegExp, options: { modifiers?: ('ControlOrMeta' | 'Shift')[] } = {}): Promise<void> {
    await this.row(label).click(options);
  }

  async doubleClick(label: string | RegExp): Promise<void> {
    await this.row(label).dblclick();
  }

  /** A key with the tree focused: arrows move in it, others are the key bindings of the view. */
  async press(key: string): Promise<void> {
    await this.pane.locator('.monaco-list').first().press(key);
  }

  /** Opens the row's context menu and takes an entry of it. */
  async chooseFromContextMenu(label: string | RegExp, entry: string): Promise<void> {
    await this.row(label).click({ button: 'right' });
    await chooseFromContextMenu(this.page, entry);
  }

  /** Clicks one of the icons that show on the row under the mouse, by its tooltip. */
  async runInlineAction(label: string | RegExp, action: string): Promise<void> {
    const row = this.row(label);
    await row.hover();
    await row.locator(`.action-label[aria-label^="${action}"]`).click();
  }

  /** Clicks one of the icons in the title of the view, by its tooltip. */
  async runTitleAction(action: string): Promise<void> {
    await this.pane.locator('.pane-header').hover();
    await this.pane.locator(`.pane-header .action-label[aria-label^="${action}"]`).click();
  }

  /** The text of the tooltip that shows when the mouse rests on the row. */
  async hover(label: string | RegExp): Promise<string> {
    const tooltip = this.page.locator('.monaco-hover:visible .hover-contents');
    await this.page.mouse.move(0, 0);
    await tooltip.waitFor({ state: 'detached' });
    await this.row(label).hover();
    return tooltip.first().innerText();
  }

  /** Opens or folds a row that has children. */
  async toggle(label: string | RegExp): Promise<void> {
    await this.row(label).locator('.monaco-tl-twistie').click();
  }

  /** Drags a row, and with it the selection that it is part of, onto a row of this or another tree. */
  async drag(label: string | RegExp, target: Locator): Promise<void> {
    await this.dragRow(this.row(label), target);
  }

  async dragRow(row: Locator, target: Locator): Promise<void> {
    // Not dragTo: VS Code accepts a drop only after the drag was over the row for some events.
    await row.hover();
    await this.page.mouse.down();
    await target.hover();
    await target.hover({ position: { x: 30, y: 8 } });
    await this.page.waitForTimeout(300);
    await this.page.mouse.up();
  }

  /** The text that the view shows while it has no rows ("viewsWelcome"). */
  async welcome(): Promise<string> {
    return this.pane.locator('.welcome-view-content').innerText();
  }

  private async inOrder(selector: string): Promise<string[]> {
    // The order of rows in the page is the order they were drawn in, not the one they have.
    const rows = await this.rows().evaluateAll(
      (elements, inner) =>
        elements.map((row) => ({
          top: row.getBoundingClientRect().top,
          text: row.querySelector(inner)?.textContent.trim() ?? '',
        })),
      selector,
    );
    return rows.sort((a, b) => a.top - b.top).map(({ text }) => text);
  }
}
