/**
 * `npx tsx scripts/screenshots.ts`: makes the pictures of docs/ from the demo's mail, in the headless VS Code:
 * screenshot.png (dark), screenshot-light.png, screenshot-patch.png, screenshot-newsletter.png.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { demoMail } from '../demo/mail/demo-mail';
import { DEMO_USER, seedDemo } from '../demo/mail/seed-demo';
import { addAccountByDialogue } from '../test/e2e/add-account';
import { Workbench } from '../test/e2e/workbench';
import { launchBrowser } from '../test/host/browser';
import { repositoryRoot } from '../test/host/repository';
import { startVsCodeServer } from '../test/host/vscode-server';
import { startEmbeddedJmap } from '../test/servers/embedded-jmap/embedded-jmap';

/** Octets: a README is read over slow lines, too. */
const largest = 250_000;

async function main(folder: string): Promise<void> {
  execFileSync(process.execPath, ['esbuild.mjs', '--production'], { cwd: repositoryRoot, stdio: 'inherit' });
  const mailServer = await startEmbeddedJmap({ users: [DEMO_USER] });
  seedDemo(mailServer.account(DEMO_USER.name), demoMail());
  const [extensionsDir, workspace] = ['extensions', 'teapotd'].map((name) => path.join(folder, name)) as [
    string,
    string,
  ];
  mkdirSync(extensionsDir);
  mkdirSync(workspace);
  symlinkSync(repositoryRoot, path.join(extensionsDir, 'mailpane.mailpane-0.1.0'), 'dir');
  const server = await startVsCodeServer({
    extensionsDir,
    settings: { 'window.title': '${rootName}', 'workbench.layoutControl.enabled': false },
  });
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ width: 1280, height: 800 });
    const workbench = await Workbench.open(server, context, workspace);
    await workbench.openMailView();
    await addAccountByDialogue(workbench, { url: mailServer.url, user: DEMO_USER.name, password: DEMO_USER.password });
    await workbench.messages().rows().nth(8).waitFor();
    await widenSidebar(workbench);

    await picture(workbench, 'screenshot', 'Inbox', /Parser crash/);
    await picture(workbench, 'screenshot-patch', 'teapot-devel', /PATCH/);
    await picture(workbench, 'screenshot-newsletter', 'Inbox', /Biscuit/);
    await workbench.setColorTheme('light');
    await workbench.messages().rows().nth(8).waitFor();
    await picture(workbench, 'screenshot-light', 'Inbox', /Parser crash/);
  } finally {
    await browser.close();
    await server.stop();
    await mailServer.stop();
  }
}

/** Drags the border between side bar and editor, so that more than the senders can be read. */
async function widenSidebar({ page }: Workbench): Promise<void> {
  const box = await page.locator('.sidebar').boundingBox();
  if (box === null) throw new Error('no side bar shows');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 110, y, { steps: 5 });
  await page.mouse.up();
}

async function picture(workbench: Workbench, name: string, mailbox: string, subject: RegExp): Promise<void> {
  const { page } = workbench;
  await workbench.runCommand('Mail: Go to Mailbox…');
  await workbench.quickInput.pick(mailbox, 'Go to Mailbox');
  await page.waitForTimeout(1000); // the list is read anew, and a click on a row of the old one goes nowhere
  const row = workbench.messages().rows().filter({ hasText: subject }).first();
  await row.click();
  await workbench.reader().locator('h1').waitFor();
  await page.mouse.move(900, 5);
  await page.waitForTimeout(2500); // read by now, and the counts with it
  await workbench.notifications.clear();
  const file = path.join(repositoryRoot, 'docs', `${name}.png`);
  await page.screenshot({ path: file });
  const { size } = statSync(file);
  console.log(`docs/${name}.png: ${Math.round(size / 1000)} KB`);
  if (size > largest) throw new Error(`${name}.png is larger than ${largest / 1000} KB`);
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'mailpane-pictures-'));
main(folder)
  .finally(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  .then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
