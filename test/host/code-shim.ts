/**
 * Takes the command line of `code` that @vscode/test-electron uses and runs it on VS Code's server with headless Chromium,
 * for machines where a desktop VS Code cannot be downloaded or shown. `./code` is the program that starts this.
 */
import { format } from 'node:util';
import { launchBrowser } from './browser';
import { suiteStarted } from '../vscode/suite-started';
import { startVsCodeServer } from './vscode-server';

type CommandLine = { folder: string | undefined; developmentPaths: string[]; testsPath: string };

/** VS Code's own noise: what the server is installed without, and the gallery that it cannot reach. */
const noise =
  /bindings file|spdlog|native-watchdog|ptyhost|ripgrep|additional builtin extensions|^(Creating a socket|Resol\w+ connection)/i;

function parseCommandLine(args: readonly string[]): CommandLine {
  const values = (name: string) =>
    args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3));
  const testsPath = values('extensionTestsPath')[0];
  if (testsPath === undefined) throw new Error('code-shim runs extension tests only: --extensionTestsPath is missing');
  return {
    folder: args.find((arg) => !arg.startsWith('-')),
    developmentPaths: values('extensionDevelopmentPath'),
    testsPath,
  };
}

/** Runs the suite; resolves to the exit code that the host asked for. */
async function runExtensionTests({ folder, developmentPaths, testsPath }: CommandLine): Promise<number> {
  const suite: { started: boolean; readonly before: string[] } = { started: false, before: [] };
  const server = await startVsCodeServer();
  try {
    const browser = await launchBrowser();
    try {
      const page = await (await browser.newContext()).newPage();
      const exitCode = new Promise<number>((resolve) => {
        // VS Code's web workbench calls these two functions of the page when it runs extension tests.
        void page.exposeFunction('codeAutomationExit', (code: number) => resolve(code));
        page.on('crash', () => {
          console.error('the workbench page crashed');
          resolve(1);
        });
      });
      await page.exposeFunction('codeAutomationLog', (_kind: string, args: unknown) => {
        const line = format(...(Array.isArray(args) ? (args as unknown[]) : [args]));
        if (noise.test(line)) return;
        if (line.includes(suiteStarted)) suite.started = true;
        else if (suite.started) console.log(line);
        else suite.before.push(line);
      });
      await page.goto(
        server.url(folder, [
          ...developmentPaths.map((path) => ['extensionDevelopmentPath', server.remoteUri(path)] as const),
          ['extensionTestsPath', server.remoteUri(testsPath)],
          ['skipWelcome', 'true'],
        ]),
      );
      const code = await exitCode;
      if (!suite.started) console.error([...suite.before, server.log()].join('\n'));
      return code;
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}

// A parent that was killed cannot stop us; without it nobody reads the result.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(1);
}, 1000).unref();

runExtensionTests(parseCommandLine(process.argv.slice(2))).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
