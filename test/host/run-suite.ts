import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests, TestRunFailedError } from '@vscode/test-electron';
import { build } from 'esbuild';
import * as v from 'valibot';
import type { SuiteResult } from '../vscode/suite-entry';
import { repositoryRoot } from './repository';

export type SuiteOptions = {
  /** The folder of the extension under test. */
  readonly extensionPath: string;
  /** Mocha test files, absolute. They are bundled into one file, `vscode` stays external. */
  readonly testFiles: readonly string[];
  /** The file to bundle into, absolute. */
  readonly bundle: string;
  /** For the extension host, on top of this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A host that takes longer hangs and is killed. */
  readonly timeoutMs: number;
};

const resultSchema = v.object({ passed: v.number(), failed: v.number(), skipped: v.number() });

/** The oldest VS Code that `engines.vscode` allows, on the desktop as in the headless host. */
const vscodeVersion = '1.100.3';

/**
 * Runs mocha tests inside a real VS Code: the desktop's where `MAILPANE_TEST_HOST=desktop`, else its server with headless
 * Chromium. Throws when the host ends without a result: crashed, hung, or the suite could not be loaded.
 */
export async function runSuiteInHost(options: SuiteOptions): Promise<SuiteResult> {
  await bundleSuite(options.testFiles, options.bundle);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mailpane-suite-'));
  const resultFile = path.join(folder, 'result.json');
  const workspace = path.join(folder, 'workspace');
  await mkdir(workspace);
  try {
    const failure = await withTimeout(options.timeoutMs, async () =>
      runTests({
        vscodeExecutablePath: await findHost(),
        extensionDevelopmentPath: options.extensionPath,
        extensionTestsPath: options.bundle,
        extensionTestsEnv: { ...options.env, MAILPANE_TEST_RESULT: resultFile },
        launchArgs: [workspace, '--user-data-dir', path.join(folder, 'user'), '--disable-extensions'],
      }),
    );
    return readResult(resultFile, failure);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function findHost(): Promise<string> {
  const { MAILPANE_TEST_HOST: host = 'headless' } = process.env;
  switch (host) {
    case 'headless':
      return path.join(__dirname, 'code');
    case 'desktop':
      return downloadAndUnzipVSCode({ version: vscodeVersion, cachePath: path.join(repositoryRoot, '.vscode-test') });
    default:
      throw new Error(`MAILPANE_TEST_HOST is "${host}"; it may be "headless" or "desktop"`);
  }
}

async function bundleSuite(testFiles: readonly string[], bundle: string): Promise<void> {
  const entry = path.join(__dirname, '../vscode/suite-entry');
  // `require` and not `import`: the files may only be evaluated once mocha's globals are there.
  const loads = testFiles.map((file) => `require(${JSON.stringify(file)});`).join('\n');
  await build({
    stdin: {
      contents: `import { runSuite } from ${JSON.stringify(entry)};\nexport const run = () => runSuite(() => {\n${loads}\n});`,
      resolveDir: repositoryRoot,
    },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'warning',
    // Mocha's parallel mode, which loads files of its own; not used here.
    logOverride: { 'require-resolve-not-external': 'silent' },
  });
}

/** Resolves to why the host did not exit with 0, undefined when it did. */
async function withTimeout(timeoutMs: number, run: () => Promise<number>): Promise<string | undefined> {
  const hung = new AbortController();
  const timer = setTimeout(() => {
    hung.abort();
    // @vscode/test-electron gives no handle to its child, but ends it on this signal: at the second kindly no more.
    process.emit('SIGINT');
    setTimeout(() => process.emit('SIGINT'), 5000).unref();
  }, timeoutMs);
  try {
    await run();
    return undefined;
  } catch (error) {
    if (hung.signal.aborted) return `the host hung: no result in ${timeoutMs / 1000} s`;
    if (error instanceof TestRunFailedError) return error.message;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function readResult(resultFile: string, failure: string | undefined): SuiteResult {
  let text: string;
  try {
    text = readFileSync(resultFile, 'utf8');
  } catch {
    throw new Error(failure ?? 'the host ended without running the tests');
  }
  const result = v.parse(resultSchema, JSON.parse(text));
  if (failure !== undefined && result.failed === 0) throw new Error(`all tests passed, but ${failure}`);
  return result;
}
