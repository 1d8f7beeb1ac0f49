/**
 * `npx tsx test/host/self-test.ts`: checks the tools that drive VS Code against a small extension of their own, so that a
 * failing walk is a failure of the product. Half a minute.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { contextMenuEntries } from '../e2e/context-menu';
import { packageVsix } from '../e2e/install-vsix';
import { colorThemes, Workbench, type ColorTheme } from '../e2e/workbench';
import { launchBrowser, type TestContext } from './browser';
import { cacheFolder } from './repository';
import { runSuiteInHost } from './run-suite';
import { installExtension, startVsCodeServer, type VsCodeServer } from './vscode-server';

const fixture = path.join(__dirname, 'fixture-extension');
let passed = 0;
let failed = 0;

async function check(name: string, run: () => Promise<void>): Promise<void> {
  const started = performance.now();
  try {
    await run();
    passed++;
    console.log(`  ok     ${name} (${Math.round(performance.now() - started)} ms)`);
  } catch (error) {
    failed++;
    console.log(`  FAILED ${name}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

/** Waits until the page shows what is expected; the last difference is the error. */
async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const value = await read();
    try {
      assert.deepEqual(value, expected);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function checkWorkbench(server: VsCodeServer, context: TestContext, workspace: string): Promise<void> {
  const workbench = await Workbench.open(server, context, workspace);
  const letters = workbench.tree('Letters');
  const folders = workbench.tree('Folders');
  const status = () => workbench.statusBarTexts().then((texts) => texts[0]);
  try {
    await check('activity bar and trees', async () => {
      await workbench.openMailView();
      await letters.open();
      await letters.row('Letter 1').waitFor();
      assert.deepEqual((await letters.labels()).slice(0, 3), ['Letter 1', 'Letter 2', 'Letter 3']);
      assert.equal(await folders.description('Inbox'), '60');
      assert.match(await letters.accessibleName('Letter 2'), /All about Letter 2|Letter 2/);
    });
    await check('status bar', () => eventually(status, '60 letters'));
    await check('hover', async () => assert.match(await letters.hover('Letter 2'), /All about Letter 2/));
    await check('inline action', async () => {
      await letters.runInlineAction('Letter 2', 'Archive');
      await eventually(() => folders.descriptions(), ['59', '1']);
    });
    await check('context menu', async () => {
      await letters.row('Letter 3').click({ button: 'right' });
      assert.deepEqual(await contextMenuEntries(workbench.page), ['Star Letter']);
      await workbench.press('Escape');
      await letters.chooseFromContextMenu('Letter 3', 'Star Letter');
      await eventually(() => letters.description('Letter 3'), 'starred');
    });
    await check('click, reader, its messages and the nested body', async () => {
      await letters.click('Letter 4');
      assert.equal(await workbench.mailBody(0, '#mail').locator('#body').innerText(), 'Dear reader of Letter 4');
      await workbench.reader().locator('#ping').click();
      await eventually(() => workbench.reader().locator('#pong').innerText(), 'pong');
      assert.deepEqual((await workbench.editorTabs()).slice(-1), ['Letter 4']);
    });
    await check('a mail that asks for a remote image is recorded, and refused', async () => {
      await eventually(
        () => Promise.resolve(context.remoteRequests().map(({ url }) => url)),
        ['https://tracker.example/pixel.png'],
      );
      const image = workbench.mailBody(0, '#mail').locator('img');
      assert.equal(await image.evaluate((element) => (element as HTMLImageElement).naturalWidth), 0);
    });
    await check('keys in a focused tree, on several rows', async () => {
      await letters.click('Letter 5');
      await letters.click('Letter 7', { modifiers: ['Shift'] });
      await letters.press('e');
      await eventually(() => folders.descriptions(), ['56', '4']);
    });
    await check('drag to another tree', async () => {
      await letters.drag('Letter 8', folders.row('Archive'));
      await eventually(() => folders.descriptions(), ['55', '5']);
    });
    await check('scroll to a row', async () => {
      await (await letters.reveal('Letter 60')).click();
      await workbench.mailBody(0, '#mail').getByText('Dear reader of Letter 60').waitFor();
    });
    await check('palette, quick pick, input box', async () => {
      assert.deepEqual(await workbench.quickInput.commandsMatching('Fixture: Ask'), ['Fixture: Ask']);
      await workbench.runCommand('Fixture: Ask');
      assert.deepEqual(await workbench.quickInput.items('Colour'), ['red', 'green']);
      await workbench.quickInput.pick('green', 'Colour');
      await workbench.quickInput.enter('s3cret', 'Secret');
      await eventually(status, 'green s3cret');
    });
    await check('notification', async () => {
      await workbench.runCommand('Fixture: Hello');
      await workbench.notifications.press('Hello from the fixture', 'Wave');
      await eventually(status, 'answered Wave');
    });
    await check('secrets come back after a reload', async () => {
      await workbench.runCommand('Fixture: Remember Secret');
      await eventually(status, 'was undefined');
      await workbench.reload();
      await workbench.openMailView();
      await workbench.runCommand('Fixture: Remember Secret');
      await eventually(status, 'was kept');
    });
    await check('four themes, with screenshots', async () => {
      for (const theme of Object.keys(colorThemes) as ColorTheme[]) {
        await workbench.setColorTheme(theme);
        assert.ok(existsSync(await workbench.screenshot(`host-self-test-${theme}`)));
      }
    });
    await check('a second window beside', async () => {
      const second = await Workbench.open(server, context, workspace);
      await second.openMailView();
      await second.tree('Letters').row('Letter 1').waitFor();
      await second.close();
    });
  } finally {
    if (failed > 0) await workbench.screenshot('host-self-test-failed');
  }
}

async function checkSuiteRuns(): Promise<void> {
  const run = (env: Record<string, string>, timeoutMs = 60_000) =>
    runSuiteInHost({
      extensionPath: fixture,
      testFiles: [path.join(fixture, 'fixture.vscode.test.ts')],
      bundle: path.join(cacheFolder, 'host-self-test/suite.js'),
      env: { HOST_FIXTURE: 'seen', ...env },
      timeoutMs,
    });
  await check('a suite in the host passes', async () =>
    assert.deepEqual(await run({}), { passed: 3, failed: 0, skipped: 0 }),
  );
  await check('a suite in the host fails', async () =>
    assert.deepEqual(await run({ HOST_FIXTURE_FAIL: '1' }), { passed: 2, failed: 1, skipped: 0 }),
  );
  await check('a suite that finds no test says so', async () =>
    assert.deepEqual(await run({ MAILPANE_TEST_GREP: 'no such test' }), { passed: 0, failed: 0, skipped: 0 }),
  );
  await check('a host that hangs is killed', () => assert.rejects(run({ HOST_FIXTURE_HANG: '1' }, 15_000), /hung/));
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mailpane-self-test-'));
  const extensionsDir = path.join(folder, 'extensions');
  await check('package and install a VSIX', async () => {
    await installExtension(packageVsix(fixture, path.join(folder, 'fixture.vsix')), extensionsDir);
    assert.ok(existsSync(path.join(extensionsDir, 'mailpane-test.host-fixture-0.0.1/package.json')));
  });
  const server = await startVsCodeServer({ extensionsDir });
  const browser = await launchBrowser();
  try {
    await checkWorkbench(server, await browser.newContext(), folder);
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  await check('nothing of the server is left', async () => {
    await eventually(() => Promise.resolve(isAlive(-server.pid)), false);
    assert.equal(existsSync(server.userDataDir), false);
  });
  if (!process.argv.includes('--no-suites')) await checkSuiteRuns();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
