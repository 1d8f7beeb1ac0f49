/**
 * `npm run demo`: Mailpane with an account on a mail server of its own, in desktop VS Code where `code` is on the PATH, else
 * in VS Code's server for any browser. Everything is thrown away at the end. Options:
 *   --headless   the server, also where there is a desktop
 *   --port N     the port of the page
 *   --check      opens the page in headless Chromium, saves artifacts/screenshots/demo.png when mail shows, and ends
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../test/host/browser';
import { startProcessGroup } from '../test/host/process-group';
import { repositoryRoot } from '../test/host/repository';
import { startVsCodeServer, type VsCodeServer } from '../test/host/vscode-server';
import { startEmbeddedJmap, type EmbeddedJmap } from '../test/servers/embedded-jmap/embedded-jmap';
import { Workbench } from '../test/e2e/workbench';
import { demoMail } from './mail/demo-mail';
import { DEMO_USER, deliverArrival, seedDemo } from './mail/seed-demo';
import { startSecretKeyProxy } from './secret-key-proxy';

const companion = path.join(__dirname, 'companion');
const betweenArrivalsMs = 45_000;

/** What the companion extension adds, as the environment variable that it reads. */
function demoEnvironment(mailServer: EmbeddedJmap): Record<string, string> {
  const account = {
    protocol: 'jmap',
    url: mailServer.url,
    email: DEMO_USER.name,
    user: DEMO_USER.name,
    password: DEMO_USER.password,
  };
  return { MAILPANE_DEMO_ACCOUNT: JSON.stringify(account) };
}

async function startMailServer(): Promise<EmbeddedJmap> {
  const mailServer = await startEmbeddedJmap({ users: [DEMO_USER] });
  const account = mailServer.account(DEMO_USER.name);
  seedDemo(account, demoMail());
  let arrivals = 0;
  setInterval(() => deliverArrival(account, arrivals++), betweenArrivalsMs).unref();
  return mailServer;
}

/** Desktop VS Code's command; the one of the same name in a remote window's terminal cannot start another VS Code. */
function findDesktopCode(): string | undefined {
  if (process.env.VSCODE_IPC_HOOK_CLI !== undefined) return undefined;
  const names = process.platform === 'win32' ? ['code.cmd'] : ['code'];
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find((file) => existsSync(file));
}

/** Resolves when the person closes the window. */
async function showOnDesktop(code: string, folder: string, env: Record<string, string>): Promise<void> {
  const window = startProcessGroup(
    code,
    [
      ...['--new-window', '--wait', '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes'],
      ...['--user-data-dir', path.join(folder, 'user'), '--extensions-dir', path.join(folder, 'extensions')],
      ...[`--extensionDevelopmentPath=${repositoryRoot}`, `--extensionDevelopmentPath=${companion}`],
    ],
    { env: { ...process.env, ...env } },
  );
  console.log('Mailpane opens in VS Code. The demo ends when you close the window, or with Ctrl-C.');
  const code_ = await window.exited;
  if (code_ !== 0) throw new Error(`VS Code ended with ${code_}:\n${window.log().slice(-2000)}`);
}

/** Starts VS Code's server with both extensions installed, so that every page that is opened there has them. */
function startHeadless(folder: string, env: Record<string, string>): Promise<VsCodeServer> {
  const extensionsDir = path.join(folder, 'extensions');
  mkdirSync(extensionsDir);
  symlinkSync(repositoryRoot, path.join(extensionsDir, 'mailpane.mailpane-0.1.0'), 'dir');
  symlinkSync(companion, path.join(extensionsDir, 'mailpane.demo-companion-0.0.1'), 'dir');
  return startVsCodeServer({ userDataDir: path.join(folder, 'server'), extensionsDir, env });
}

async function check(server: VsCodeServer): Promise<void> {
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext();
    const workbench = await Workbench.open(server, context);
    try {
      await workbench.openMailView();
      await workbench.mailboxes().row('Archive').waitFor();
      await workbench.messages().rows().nth(5).waitFor();
    } catch (error) {
      const file = await workbench.screenshot('demo-failed');
      console.error(
        `No mail shows; see ${file}. Notifications: ${(await workbench.notifications.texts()).join(' | ')}`,
      );
      throw error;
    }
    console.log(await workbench.screenshot('demo'));
  } finally {
    await browser.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      headless: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
    },
  });
  execFileSync(process.execPath, ['esbuild.mjs'], { cwd: repositoryRoot, stdio: 'inherit' });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mailpane-demo-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const mailServer = await startMailServer();
  const env = demoEnvironment(mailServer);
  const code = values.headless || values.check ? undefined : findDesktopCode();
  if (code !== undefined) {
    await showOnDesktop(code, folder, env);
    return;
  }
  const server = await startHeadless(folder, env);
  if (values.check) {
    await check(server);
    return;
  }
  const proxy = await startSecretKeyProxy(server.port, Number(values.port));
  console.log(`Mailpane is at http://127.0.0.1:${proxy.port}/?ew=true – open it in a browser. Ctrl-C ends the demo.`);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
