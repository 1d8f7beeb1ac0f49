import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { suiteStarted } from './suite-started';

/** What `run-suite.ts` reads when the host is gone; without this file the run has failed. */
export type SuiteResult = { readonly passed: number; readonly failed: number; readonly skipped: number };

/**
 * Runs mocha inside the extension host. `load` evaluates the test files, after `describe` and `it` are there.
 * Rejects when a test fails, which VS Code turns into exit code 1.
 */
export async function runSuite(load: () => void): Promise<void> {
  const { MAILPANE_TEST_RESULT: resultFile, MAILPANE_TEST_GREP: grep } = process.env;
  process.setSourceMapsEnabled(true);
  const mocha = new Mocha({
    ui: 'bdd',
    color: false,
    reporter: 'spec',
    timeout: 30_000,
    ...(grep === undefined || grep === '' ? {} : { grep }),
  });
  // What mocha does around each file it loads; ours come in one bundle.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  load();
  console.log(suiteStarted);
  const result = await new Promise<SuiteResult>((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      resolve({ passed: passes, failed: failures, skipped: pending });
    });
  });
  if (resultFile !== undefined) writeFileSync(resultFile, JSON.stringify(result));
  if (result.failed > 0) throw new Error(`${result.failed} tests failed`);
}
