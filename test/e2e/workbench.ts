import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { TestContext } from '../host/browser';
import { artifactsFolder } from '../host/repository';
import type { VsCodeServer } from '../host/vscode-server';
import { Notifications } from './notifications';
import { QuickInput } from './quick-input';
import { TreeView } from './tree-view';

/** VS Code's own themes, one of each kind, under the names of the setting `workbench.colorTheme`. */
export const colorThemes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  highContrastDark: 'Default High Contrast',
  highContrastLight: 'Default High Contrast Light',
} as const;

export type ColorTheme = keyof typeof colorThemes;

/** The class that VS Code sets on its root, and on the body of a webview, for each kind of theme. */
const themeClasses: Record<ColorTheme, string> = {
  dark: 'vs-dark',
  light: 'vs',
  highContrastDark: 'hc-black',
  highContrastLight: 'hc-light',
};

/** One window of VS Code, driven as a person does. Several windows of one server share storage, each has its own extension host. */
export class Workbench {
  readonly quickInput: QuickInput;
  readonly notifications: Notifications;

  private constructor(
    readonly page: Page,
    private readonly server: VsCodeServer,
  ) {
    this.quickInput = new QuickInput(page);
    this.notifications = new Notifications(page);
  }

  /** Opens a window; `folder` is the workspace, none when left out. Two or three seconds. */
  static async open(server: VsCodeServer, context: TestContext, folder?: string): Promise<Workbench> {
    const workbench = new Workbench(await context.newPage(), server);
    await workbench.page.goto(server.url(folder));
    await workbench.waitUntilReady();
    return workbench;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.waitUntilReady();
  }

  /** The same after VS Code has saved what shows, editors and all: in a browser it does so every five seconds. */
  async reloadWhenSaved(): Promise<void> {
    await this.page.waitForTimeout(6000);
    await this.reload();
  }

  close(): Promise<void> {
    return this.page.close();
  }

  /** Shows Mailpane's side bar by its icon in the activity bar. */
  openMailView(): Promise<void> {
    return this.openViewContainer('Mail');
  }

  async openViewContainer(title: string): Promise<void> {
    const shown = this.page.locator('.sidebar .composite.title', { hasText: title });
    // A window that just loaded may still be about to show what it showed before, or not: a click on what shows hides it.
    await this.activityBarIcon(title).waitFor();
    for (let tries = 0; tries < 3 && !(await shown.isVisible()); tries++) {
      await this.activityBarIcon(title).click();
      await shown.waitFor({ timeout: 3000 }).catch(() => undefined);
    }
    await shown.waitFor({ timeout: 3000 });
    // Off the icon, whose tooltip would lie over the view.
    await this.page.mouse.move(640, 0);
  }

  /** The number on an icon of the activity bar, "" when there is none. */
  async badge(title: string): Promise<string> {
    return (await this.activityBarIcon(title).locator('.badge-content').innerText()).trim();
  }

  /** A view of the side bar by the beginning of its title, behind which counts may stand. */
  tree(title: string): TreeView {
    const header = this.page.locator(`.pane-header[aria-label^="${title}"]`);
    return new TreeView(this.page, this.page.locator('.sidebar .pane', { has: header }));
  }

  /** Mailpane's mailboxes. */
  mailboxes(): TreeView {
    return this.tree('Mailboxes');
  }

  /** Mailpane's message list: its title is the mailbox that it shows, so it is told by its place, below the mailboxes. */
  messages(): TreeView {
    return new TreeView(this.page, this.page.locator('.sidebar .pane').nth(1));
  }

  /** An item of the status bar, told by a part of its text or of its accessible name. */
  statusBarItem(text: string | RegExp): Locator {
    const item = this.page.locator('.statusbar-item');
    const byName = item.filter({ has: this.page.getByRole('button', { name: text }) });
    return item.filter({ hasText: text }).or(byName).first();
  }

  /** Texts of the status bar from left to right, those without a text left out. */
  async statusBarTexts(): Promise<string[]> {
    const texts = await this.page.locator('.statusbar-item').allInnerTexts();
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  }

  runCommand(title: string): Promise<void> {
    return this.quickInput.runCommand(title);
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  /** The document inside the webview that shows; `index` when several show side by side. */
  reader(index = 0): FrameLocator {
    return this.page.locator('iframe.webview.ready:visible').nth(index).contentFrame().frameLocator('#active-frame');
  }

  /** The document of the mail's own iframe inside the reader. */
  mailBody(index = 0, selector = 'iframe'): FrameLocator {
    return this.reader(index).frameLocator(selector);
  }

  /** Titles of the editor tabs, from left to right. */
  async editorTabs(): Promise<string[]> {
    return this.page.locator('.tabs-container .tab .label-name').allInnerTexts();
  }

  /** Changes user settings in their file and reloads: the headless server does not watch that file. */
  async updateSettings(change: Readonly<Record<string, unknown>>): Promise<void> {
    this.server.updateSettings(change);
    await this.reload();
  }

  /** Loads the window anew in another theme. The headless server lists no themes to pick from. */
  async setColorTheme(theme: ColorTheme): Promise<void> {
    await this.updateSettings({ 'workbench.colorTheme': colorThemes[theme] });
    await this.page.locator(`.monaco-workbench.${themeClasses[theme]}`).waitFor();
    // Colours come one after another, those of webviews last.
    await this.page.waitForTimeout(500);
  }

  /** Saves what shows as artifacts/screenshots/NAME.png; returns the path. */
  async screenshot(name: string): Promise<string> {
    const file = path.join(artifactsFolder, 'screenshots', `${name}.png`);
    mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
    return file;
  }

  private activityBarIcon(title: string): Locator {
    return this.page.getByRole('tab', { name: title }).and(this.page.locator('.activitybar .action-item'));
  }

  private async waitUntilReady(): Promise<void> {
    await this.page.locator('.monaco-workbench .activitybar').waitFor();
    await this.page.locator('.statusbar').waitFor();
  }
}
